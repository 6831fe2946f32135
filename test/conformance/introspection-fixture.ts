import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import {
  Accepts,
  CurrentPrincipal,
  opaqueToken,
  Scopes,
  type IntrospectionOptions,
  type Principal,
} from '../../lib/index.js';
import type { Adapter } from '../e2e/http/application.js';
import { vectors } from './catalogue.js';
import { startFixture, type Fixture } from './fixture.js';
import { request } from './requests.js';

/** How the server of a test answers: as it likes. */
export type Answer = (response: ServerResponse, token: string) => void;

/** Answers with JSON, or with a text that is to pass for JSON. */
export const json =
  (body: unknown, headers: Readonly<Record<string, string>> = {}): Answer =>
  (response) => {
    response.writeHead(200, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };

/** Answers with so many octets of white space, as fast as they are read, and tells how many were written. */
export const huge =
  (size: number, count: (octets: number) => void): Answer =>
  (response) => {
    const chunk = Buffer.alloc(1024 * 1024, ' ');
    let left = size;
    response.writeHead(200, { 'content-type': 'application/json' });
    const more = (): void => {
      while (left > 0 && !response.destroyed) {
        left -= chunk.length;
        count(chunk.length);
        if (!response.write(chunk)) {
          response.once('drain', more);
          return;
        }
      }
      response.end();
    };
    more();
  };

/** What an authorization server says of a good token. */
export const active = (more: object = {}): object => ({
  active: true,
  iss: vectors.issuer_a,
  aud: vectors.audience,
  sub: 'user-1',
  client_id: 'client-1',
  token_type: 'Bearer',
  exp: vectors.now + 600,
  iat: vectors.now - 10,
  scope: 'orders:write',
  ...more,
});

/** A server on loopback that is asked about tokens, and answers as a test says. */
export class AdversarialServer {
  /** The bodies of the requests, in order. */
  readonly asked: string[] = [];
  answer: Answer = json(active());
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (incoming: IncomingMessage, response: ServerResponse) => {
      void this.#respond(incoming, response);
    });
  }

  static async start(): Promise<AdversarialServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new AdversarialServer(server);
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}/introspect`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #respond(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    incoming.setEncoding('latin1');
    let body = '';
    for await (const chunk of incoming) body += chunk as string;
    this.asked.push(body);
    response.on('error', () => undefined);
    this.answer(response, new URLSearchParams(body).get('token') ?? '');
  }
}

/** How often a handler ran. */
let handled = 0;
export const handledTokens = (): number => handled;

const seen = ({ subject, scopes, claims }: Principal): object => {
  handled += 1;
  return { sub: subject, scopes, admin: 'admin' in claims };
};

@Accepts('opaqueToken')
@Controller('opaque')
class OpaqueApi {
  @Get()
  read(@CurrentPrincipal() principal: Principal): object {
    return seen(principal);
  }

  @Scopes('orders:write')
  @HttpCode(200)
  @Post()
  write(@CurrentPrincipal() principal: Principal): object {
    return seen(principal);
  }
}

/** The secret of the API at the authorization server. */
export const CLIENT_SECRET = 'the-api-proves-itself-to-the-server-with-it';

/** How long the server is waited for, in seconds. */
const PATIENCE = 0.4;

/** Starts the application of the catalogue with opaque tokens of a server. */
export function startOpaqueFixture(
  adapter: Adapter,
  server: AdversarialServer,
  {
    patienceSeconds = PATIENCE,
    ...more
  }: Partial<IntrospectionOptions> & { readonly patienceSeconds?: number } = {},
): Promise<Fixture> {
  const introspection: IntrospectionOptions = {
    issuer: vectors.issuer_a,
    endpoint: server.url,
    clientId: 'orders-api',
    clientSecret: CLIENT_SECRET,
    audience: vectors.audience,
    ...more,
  };
  return startFixture(adapter, {
    controllers: [OpaqueApi],
    auth: { credentials: [opaqueToken({ introspection, timeoutSeconds: patienceSeconds })] },
  });
}

/** A request with a token. */
export const opaque = (token: string, target = 'GET /opaque'): string =>
  request(target, [
    `Authorization: Bearer ${token}`,
    ...(target.startsWith('POST') ? ['Content-Length: 0'] : []),
  ]);
