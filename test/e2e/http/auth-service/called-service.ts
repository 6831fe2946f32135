import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { decodeJwt } from 'jose';

/** A request as a service received it. */
interface Received {
  readonly url: string;
  readonly subject: string;
  readonly requestId: unknown;
  readonly body: string;
}

export type Reply = (response: ServerResponse, received: Received) => void;

/** Does not accept the token (RFC 6750 section 3.1). */
export const REFUSE: Reply = (response) => {
  response.writeHead(401, { 'www-authenticate': 'Bearer realm="api", error="invalid_token"' });
  response.end('{"refused":true}');
};
/** Says who called. */
export const GREET: Reply = (response, { subject, url }) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ subject, url }));
};

/** A service on loopback that says who called it, unless it is told to do otherwise. */
export class CalledService {
  readonly received: Received[] = [];
  reply: Reply = GREET;
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void this.#receive(request, response);
    });
  }

  static async start(): Promise<CalledService> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new CalledService(server);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { authorization = '', 'x-request-id': requestId } = request.headers;
    const [, token] = /^Bearer (.+)$/.exec(authorization) ?? [];
    const subject = token === undefined ? authorization : String(decodeJwt(token).sub);
    const received = { url: request.url ?? '', subject, requestId, body: await text(request) };
    this.received.push(received);
    this.reply(response, received);
  }
}
