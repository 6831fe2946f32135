import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider } from 'oidc-provider';

const REPORTING = { client_id: 'reporting', client_secret: 'reporting-secret-of-the-test' };

/** The API as a client of the provider. */
export const ORDERS_API = { clientId: 'orders-api', clientSecret: 'orders-api-secret-of-the-test' };

type Handle = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * A certified OpenID provider on loopback that issues opaque tokens for client credentials. It can be
 * stopped, and started again at the same address with all it knows.
 */
export class OpaqueProvider {
  /** The paths that were asked for, in order. */
  readonly requests: string[] = [];
  issuer = '';
  #server: Server | undefined;
  #handle: Handle | undefined;
  #port = 0;

  static async start(): Promise<OpaqueProvider> {
    const provider = new OpaqueProvider();
    await provider.resume();
    provider.issuer = `http://127.0.0.1:${String(provider.#port)}`;
    provider.#handle = await handlerOf(provider.issuer);
    return provider;
  }

  /** How often it was asked about a token. */
  get introspections(): number {
    return this.requests.filter((path) => path === '/token/introspection').length;
  }

  /** An opaque token for an API, from the token endpoint (RFC 6749 section 4.4, RFC 8707). */
  async token(resource: string): Promise<string> {
    const form = { ...REPORTING, grant_type: 'client_credentials', resource, scope: 'orders:read' };
    const response = await this.#post('/token', form);
    const { access_token: token } = (await response.json()) as { access_token?: string };
    if (token === undefined) throw new Error(`No token: status ${String(response.status)}`);
    return token;
  }

  /** RFC 7009. */
  async revoke(token: string): Promise<void> {
    const { status } = await this.#post('/token/revocation', { ...REPORTING, token });
    if (status !== 200) throw new Error(`Not revoked: status ${String(status)}`);
  }

  /** Listens to nobody any more, until {@link OpaqueProvider.resume}. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    server?.closeAllConnections();
    await new Promise<void>((resolve) => {
      if (server)
        server.close(() => {
          resolve();
        });
      else resolve();
    });
  }

  async resume(): Promise<void> {
    const server = createServer((request, response) => {
      this.requests.push(request.url ?? '');
      void this.#handle?.(request, response);
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(this.#port, '127.0.0.1', resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  #post(path: string, form: Record<string, string>): Promise<Response> {
    return fetch(this.issuer + path, { method: 'POST', body: new URLSearchParams(form) });
  }
}

async function handlerOf(issuer: string): Promise<Handle> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), kid: 'a', alg: 'RS256', use: 'sig' };
  const machine = { grant_types: [], redirect_uris: [], response_types: [] };
  const api = { client_id: ORDERS_API.clientId, client_secret: ORDERS_API.clientSecret };
  const provider = new Provider(issuer, {
    clients: [
      {
        ...machine,
        ...REPORTING,
        grant_types: ['client_credentials'],
        token_endpoint_auth_method: 'client_secret_post',
      },
      { ...machine, ...api },
    ],
    jwks: { keys: [jwk] },
    ttl: { ClientCredentials: 600 },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: true, allowedPolicy: () => true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_ctx, resource) => ({
          audience: resource,
          scope: 'orders:read',
          accessTokenFormat: 'opaque',
        }),
      },
    },
  });
  return provider.callback();
}
