import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IssuerOptions } from '../../../../lib/index.js';
import { endpoints, json, type Behaviour } from './faults.js';

export { json, paths, type Behaviour } from './faults.js';

const METADATA = '/.well-known/openid-configuration';

/** Where it publishes its keys, and whom its tokens are meant for. */
const JWKS = '/jwks';
export const AUDIENCE = 'api://orders';

/** What an issuer's endpoints do. */
interface Endpoints {
  readonly jwks: Behaviour;
  /** Default: it names the key set. */
  readonly metadata?: Behaviour;
}

/** An issuer that answers as a test says, on loopback. Its tokens are signed by a `SigningKey`. */
export class FaultyIssuer {
  readonly origin: string;
  readonly requests: string[] = [];
  behaviour: Behaviour = json({});
  readonly #server: Server;
  #connections = 0;

  private constructor(server: Server) {
    this.#server = server;
    this.origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    server.on('connection', () => (this.#connections += 1));
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

  /** How often its key set was asked for, or another of its paths. */
  count(path = JWKS): number {
    return this.requests.filter((each) => each === path).length;
  }

  /** How often it was connected to. */
  get connections(): number {
    return this.#connections;
  }

  get jwksUri(): string {
    return this.origin + JWKS;
  }

  /** Is a whole issuer from now on: with metadata, and with a key set that behaves as a test says. */
  serve({ jwks, metadata = json(this.metadata()) }: Endpoints): void {
    this.behaviour = endpoints({ [METADATA]: metadata, [JWKS]: jwks });
  }

  /** What it says of itself (OpenID Connect Discovery 1.0 section 3). */
  metadata(): { readonly issuer: string; readonly jwks_uri: string } {
    return { issuer: this.origin, jwks_uri: this.jwksUri };
  }

  /** Options that make `AuthModule` accept its tokens, keys discovered unless it is said where they are. */
  options(more: Partial<IssuerOptions> = {}): IssuerOptions {
    return { issuer: this.origin, audience: AUDIENCE, ...more };
  }

  /** Ends all that is under way; what behaves in its own time stops with its connection. */
  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
