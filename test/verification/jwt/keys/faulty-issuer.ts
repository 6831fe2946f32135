import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What an issuer's endpoint does with a request. */
export type Behaviour = (request: IncomingMessage, response: ServerResponse) => void;

/** An issuer that answers as a test says, on loopback. */
export class FaultyIssuer {
  readonly origin: string;
  readonly requests: string[] = [];
  behaviour: Behaviour = json({});
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.requests.push(request.url ?? '');
      this.behaviour(request, response);
    });
  }

  static async start(): Promise<FaultyIssuer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new FaultyIssuer(server);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Answers with a value as JSON. */
export function json(value: unknown, status = 200): Behaviour {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(typeof value === 'string' ? value : JSON.stringify(value));
  };
}

/** Answers each path with its own value, and anything else with 404. */
export function paths(documents: Readonly<Record<string, unknown>>): Behaviour {
  return (request, response) => {
    const url = request.url ?? '';
    const found = Object.hasOwn(documents, url);
    json(found ? documents[url] : {}, found ? 200 : 404)(request, response);
  };
}
