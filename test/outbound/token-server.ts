import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Concealed } from '../../lib/core/concealed.js';
import type { TokenEndpointSettings } from '../../lib/outbound/token-endpoint.js';

/** A request as it arrived. */
export interface Asked {
  readonly authorization: string | undefined;
  readonly parameters: Readonly<Record<string, string>>;
}

/** What a server does with a request: an object is sent as JSON with status 200. */
export type Behaviour = object | ((response: ServerResponse, asked: Asked) => void);

/** A token endpoint on loopback that does as it is told. */
export class TokenServer {
  readonly asked: Asked[] = [];
  behaviour: Behaviour = { access_token: 'token', token_type: 'Bearer', expires_in: 600 };
  readonly url: URL;
  readonly #server: Server;

  private constructor(server: Server) {
    const { port } = server.address() as AddressInfo;
    this.url = new URL(`http://127.0.0.1:${String(port)}/token`);
    this.#server = server;
    server.on('request', (request, response) => {
      void this.#answer(request, response);
    });
  }

  static async start(): Promise<TokenServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new TokenServer(server);
  }

  settings(more: Partial<TokenEndpointSettings> = {}): TokenEndpointSettings {
    return {
      issuer: this.url.origin,
      endpoint: this.url,
      client: { id: 'shop', method: 'client_secret_basic', secret: new Concealed('s3cret') },
      timeoutMs: 500,
      ...more,
    };
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const asked = {
      authorization: request.headers.authorization,
      parameters: Object.fromEntries(new URLSearchParams(body)),
    };
    this.asked.push(asked);
    const { behaviour } = this;
    if (typeof behaviour === 'function') {
      (behaviour as (response: ServerResponse, asked: Asked) => void)(response, asked);
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(behaviour));
  }
}

/** Answers with a status and a body. */
export function answer(
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Behaviour {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(body);
  };
}

/** Answers with one token after the other. */
export function tokens(members: object = {}): Behaviour {
  let count = 0;
  return (response) => {
    count += 1;
    response.writeHead(200, { 'content-type': 'application/json' });
    const token = { access_token: `token-${String(count)}`, token_type: 'Bearer', expires_in: 600 };
    response.end(JSON.stringify({ ...token, ...members }));
  };
}
