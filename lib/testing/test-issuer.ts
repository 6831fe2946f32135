import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT, type JWTHeaderParameters } from 'jose';
import type { Clock } from '../core/clock.js';
import { refuseUnknown } from '../core/refuse-unknown.js';
import type { IssuerOptions } from '../module/options/issuer-options.js';
import { refuseProduction } from './refuse-production.js';
import { SigningKeys } from './signing-keys.js';
import { grantToken, type TokenAnswer } from './token-grants.js';

/** How a {@link TestIssuer} is set up. */
export interface TestIssuerOptions {
  /** The algorithms it has a key for; the first signs unless a token says otherwise. Default: `['RS256']`. */
  readonly algorithms?: readonly string[];
  /** Whom its tokens are meant for, unless a token says otherwise. Default: `'api://test'`. */
  readonly audience?: string;
  /** The port on 127.0.0.1. Default: one that is free. */
  readonly port?: number;
  /** The path of the issuer, beginning with a slash. Default: none. */
  readonly path?: string;
  /** Who gets tokens at its token endpoint: secrets by the client's id. Default: whoever asks, with any secret or key. */
  readonly clients?: Readonly<Record<string, string>>;
}

/** How a token differs from the usual. */
export interface TestTokenOptions {
  /** One of the issuer's algorithms. Default: the first. */
  readonly algorithm?: string;
  /** Members of the protected header to set; those that are `undefined` are left out. */
  readonly header?: Readonly<Record<string, unknown>>;
  /** How long it is valid, in seconds. Default: 300. */
  readonly lifetimeSeconds?: number;
}

/**
 * A real issuer for tests, on loopback: discovery, key set, tokens with any claims, key rotation, a
 * clock of its own, and a token endpoint that grants by client credentials (RFC 6749 section 4.4) and by
 * token exchange (RFC 8693). It keeps no process alive by itself, and refuses to start where `NODE_ENV` is
 * `production`.
 */
export class TestIssuer {
  /** Its name, and where its metadata is found. */
  readonly issuer: string;
  readonly audience: string;
  readonly #server: Server;
  readonly #keys: SigningKeys;
  readonly #clients: TestIssuerOptions['clients'];
  readonly #requests: string[] = [];
  readonly #clockListeners = new Set<() => void>();
  #clockOffsetMs = 0;
  #isPaused = false;

  private constructor(server: Server, keys: SigningKeys, options: TestIssuerOptions) {
    const { port } = server.address() as AddressInfo;
    this.issuer = `http://127.0.0.1:${String(port)}${options.path ?? ''}`;
    this.audience = options.audience ?? 'api://test';
    this.#server = server;
    this.#keys = keys;
    this.#clients = options.clients;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void this.#answer(request, response);
    });
  }

  /**
   * @throws {AuthConfigurationError} In production, and when an option is none.
   * @throws {RangeError} When the path does not begin with a slash.
   */
  static async start(options: TestIssuerOptions = {}): Promise<TestIssuer> {
    refuseProduction('TestIssuer');
    refuseUnknown('TestIssuer.start()', options, [
      'algorithms',
      'audience',
      'port',
      'path',
      'clients',
    ]);
    if (!/^(?:\/|$)/.test(options.path ?? '')) throw new RangeError('The path begins with a slash');
    const keys = await SigningKeys.generate(options.algorithms ?? ['RS256']);
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve);
    });
    server.unref();
    return new TestIssuer(server, keys, options);
  }

  /** The issuer's clock, to be given to the module as well, and as it is: `clock: issuer.clock`. */
  readonly clock: Clock = Object.assign(() => Date.now() + this.#clockOffsetMs, {
    onSet: (listener: () => void) => {
      this.#clockListeners.add(listener);
      return () => void this.#clockListeners.delete(listener);
    },
  });

  /**
   * Moves the issuer's clock: forward, or back when negative. Sockets, event streams and subscriptions whose
   * tokens have expired by it end in a moment.
   */
  advance(seconds: number): void {
    this.#clockOffsetMs += seconds * 1000;
    for (const listener of [...this.#clockListeners]) listener();
  }

  /** The paths that were asked for, in order. */
  get requests(): readonly string[] {
    return this.#requests;
  }

  /** Options that make `AuthModule` accept this issuer's tokens, keys discovered. */
  options(more: Partial<IssuerOptions> = {}): IssuerOptions {
    return { issuer: this.issuer, audience: this.audience, ...more };
  }

  /**
   * Signs a token. The claims are complete without any given: `iss`, `aud`, `sub`, `iat`, `exp` and
   * `jti` have values; those given replace them, those `undefined` are left out.
   */
  async token(
    claims: Readonly<Record<string, unknown>> = {},
    options: TestTokenOptions = {},
  ): Promise<string> {
    const { alg, kid, privateKey } = this.#keys.current(options.algorithm);
    const header = { alg, kid, typ: 'at+jwt', ...options.header };
    const payload = { ...this.#usualClaims(options.lifetimeSeconds), ...claims };
    return new SignJWT(defined(payload))
      .setProtectedHeader(defined(header) as unknown as JWTHeaderParameters)
      .sign(privateKey);
  }

  /**
   * Signs with new keys from now on.
   *
   * @param withdraw Publish the new keys only. Default: the old ones stay published beside them.
   */
  async rotate({ withdraw = false }: { readonly withdraw?: boolean } = {}): Promise<void> {
    await this.#keys.rotate(withdraw);
  }

  /** Hangs up on whoever asks, as in an outage, until {@link TestIssuer.resume}. It goes on signing. */
  pause(): void {
    this.#isPaused = true;
  }

  /** Answers again, with the same keys. */
  resume(): void {
    this.#isPaused = false;
  }

  /** Stops answering for good. */
  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #usualClaims(lifetimeSeconds = 300): Readonly<Record<string, unknown>> {
    const now = Math.floor(this.clock() / 1000);
    return {
      iss: this.issuer,
      aud: this.audience,
      sub: 'test-user',
      iat: now,
      exp: now + lifetimeSeconds,
      jti: randomUUID(),
    };
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = '' } = request;
    this.#requests.push(url);
    if (this.#isPaused) {
      response.destroy();
      return;
    }
    const [status, body] = await this.#answerTo(request).catch(() => MALFORMED);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  }

  async #answerTo(request: IncomingMessage): Promise<TokenAnswer> {
    const { method, url = '' } = request;
    if (method === 'POST' && `${new URL(this.issuer).origin}${url}` === `${this.issuer}/token`) {
      return grantToken(request, {
        clients: this.#clients,
        keys: () => this.#keys.published(),
        currentDate: () => new Date(this.clock()),
        sign: (claims) => this.token(claims),
      });
    }
    const document = this.#documents().get(url);
    return document ? [200, document] : [404, { error: 'not_found' }];
  }

  #documents(): ReadonlyMap<string, object> {
    const { pathname } = new URL(this.issuer);
    const path = pathname === '/' ? '' : pathname;
    const [jwks_uri, token_endpoint] = [`${this.issuer}/jwks`, `${this.issuer}/token`];
    const metadata = { issuer: this.issuer, jwks_uri, token_endpoint };
    return new Map<string, object>([
      [`${path}/.well-known/openid-configuration`, metadata],
      [`/.well-known/oauth-authorization-server${path}`, metadata],
      [`${path}/jwks`, this.#keys.published()],
    ]);
  }
}

/** To what cannot be read. */
const MALFORMED: TokenAnswer = [400, { error: 'invalid_request' }];

function defined(members: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
