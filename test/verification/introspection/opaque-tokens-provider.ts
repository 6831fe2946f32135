import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, type JWK } from 'jose';
import { Provider, type Configuration } from 'oidc-provider';

export const AUDIENCE = 'urn:orders';

const ISSUED_TO = { client_id: 'reporting', client_secret: 'reporting-secret-of-the-test' };
const BASIC = { client_id: 'orders', client_secret: 'a+b c:d&e=f%g' };
const POST = { client_id: 'orders-post', client_secret: BASIC.client_secret };
const SIGNED = { client_id: 'orders-signed' };
export const INTROSPECTING = { BASIC, POST, SIGNED } as const;

const NO_GRANTS = { grant_types: [], redirect_uris: [], response_types: [] };

/** A certified OpenID provider on loopback that issues opaque tokens, and introspects and revokes them. */
export class OpaqueTokensProvider {
  readonly issuer: string;
  /** What client `orders-signed` signs with. */
  readonly key: KeyObject;
  #server: Server;
  readonly #handle: ReturnType<Provider['callback']>;
  #introspections = 0;

  private constructor(server: Server, key: KeyObject, provider: Provider) {
    this.#server = server;
    this.key = key;
    this.issuer = provider.issuer;
    this.#handle = provider.callback();
    this.#listen();
  }

  static async start(): Promise<OpaqueTokensProvider> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const issuer = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), use: 'sig', kid: 'k1' }] };
    const provider = inThisRealm(() => new Provider(issuer, configuration(jwks)));
    return new OpaqueTokensProvider(server, privateKey, provider);
  }

  /** How often it was asked about a token. */
  get introspections(): number {
    return this.#introspections;
  }

  async token(resource = AUDIENCE): Promise<string> {
    const form = { grant_type: 'client_credentials', resource, scope: 'orders:read' };
    const response = await this.#post('/token', { ...ISSUED_TO, ...form });
    const { access_token: token } = (await response.json()) as { access_token?: string };
    if (token === undefined) throw new Error(`No token: status ${String(response.status)}`);
    return token;
  }

  /** RFC 7009. */
  async revoke(token: string): Promise<void> {
    const { status } = await this.#post('/token/revocation', { ...ISSUED_TO, token });
    if (status !== 200) throw new Error(`Not revoked: status ${String(status)}`);
  }

  /** Is down until it is up again, on the same port. */
  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async restart(): Promise<void> {
    this.#server = createServer();
    this.#listen();
    const { port } = new URL(this.issuer);
    await new Promise<void>((resolve) => this.#server.listen(Number(port), '127.0.0.1', resolve));
  }

  #post(path: string, form: Readonly<Record<string, string>>): Promise<Response> {
    return fetch(this.issuer + path, { method: 'POST', body: new URLSearchParams(form) });
  }

  #listen(): void {
    this.#server.on('request', (request, response) => {
      if (request.url === '/token/introspection') this.#introspections += 1;
      void this.#handle(request, response);
    });
  }
}

function configuration(jwks: { readonly keys: JWK[] }): Configuration {
  return {
    clients: [
      { ...ISSUED_TO, ...NO_GRANTS, grant_types: ['client_credentials'] },
      { ...BASIC, ...NO_GRANTS, token_endpoint_auth_method: 'client_secret_basic' },
      { ...POST, ...NO_GRANTS, token_endpoint_auth_method: 'client_secret_post' },
      {
        ...SIGNED,
        ...NO_GRANTS,
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_signing_alg: 'ES256',
        jwks,
      },
    ],
    ttl: { ClientCredentials: 600 },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => client.clientId === token.clientId,
      },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_ctx, resource) => ({
          audience: resource,
          scope: 'orders:read orders:list',
          accessTokenFormat: 'opaque',
        }),
      },
    },
  };
}

/** What Jest's `structuredClone` makes is of another realm, where the provider finds no plain objects. */
function inThisRealm<T>(action: () => T): T {
  const original = globalThis.structuredClone;
  globalThis.structuredClone = <V>(value: V): V => JSON.parse(JSON.stringify(value)) as V;
  try {
    return action();
  } finally {
    globalThis.structuredClone = original;
  }
}
