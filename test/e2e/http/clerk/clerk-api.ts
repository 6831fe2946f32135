import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A question, as it arrived. */
interface Asked {
  readonly method: string | undefined;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly version: string | string[] | undefined;
  readonly body: unknown;
}

type Behaviour = (response: ServerResponse, asked: Asked) => void;

/** By path, with a version or without, the member that holds a token, and what the answer calls itself. */
const PATHS: Readonly<Record<string, readonly [member: string, object: string]>> = {
  '/api_keys/verify': ['secret', 'api_key'],
  '/oauth_applications/access_tokens/verify': ['access_token', 'clerk_idp_oauth_access_token'],
  '/m2m_tokens/verify': ['token', 'machine_to_machine_token'],
};

/** A stand-in for Clerk's Backend API on a real socket: it knows some tokens, some members, and how to fail. */
export class ClerkApiServer {
  static readonly secretKey = 'sk_test_123';
  static readonly machineSecretKey = 'ak_machine_123';
  readonly asked: Asked[] = [];
  readonly tokens = new Map<string, object>();
  readonly memberships = new Map<string, readonly object[]>();
  /** Takes the place of an answer. */
  behaviour: Behaviour | undefined;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void this.#take(request, response);
    });
  }

  static async start(): Promise<ClerkApiServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new ClerkApiServer(server);
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Knows a token, and what is usually said of one. */
  know(token: string, more: object): void {
    this.tokens.set(token, {
      ...{ id: `id_of_${token}`, scopes: ['read'], claims: null, revoked: false, expired: false },
      ...{ revocation_reason: null, expiration: Date.now() + 60_000, created_at: Date.now() },
      ...more,
    });
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const asked: Asked = {
      method: request.method,
      path: request.url ?? '',
      authorization: request.headers.authorization,
      version: request.headers['clerk-api-version'],
      body: text === '' ? undefined : JSON.parse(text),
    };
    this.asked.push(asked);
    if (this.behaviour) this.behaviour(response, asked);
    else this.#answer(response, asked);
  }

  #answer(response: ServerResponse, asked: Asked): void {
    const { path, authorization, body } = asked;
    const isKnown = [ClerkApiServer.secretKey, ClerkApiServer.machineSecretKey].some(
      (key) => authorization === `Bearer ${key}`,
    );
    if (!isKnown) {
      send(response, 401, { errors: [{ code: 'authentication_invalid' }] });
      return;
    }
    const found = path.startsWith('/v1/users/') ? this.#page(path) : this.#verified(path, body);
    if (found) send(response, 200, found);
    else send(response, 404, { errors: [{ code: 'resource_not_found' }] });
  }

  #verified(path: string, body: unknown): object | undefined {
    const [member = '', object] = PATHS[path.replace(/^\/v1/, '')] ?? [];
    const known = this.tokens.get(String((body as Record<string, unknown>)[member]));
    return known && { object, ...known };
  }

  #page(path: string): object | undefined {
    const { pathname, searchParams } = new URL(path, this.url);
    const all = this.memberships.get(pathname.split('/')[3] ?? '');
    const [limit, offset] = ['limit', 'offset'].map((name) => Number(searchParams.get(name)));
    return (
      all && { data: all.slice(offset, (offset ?? 0) + (limit ?? 0)), total_count: all.length }
    );
  }
}

export function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
