import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { Provider } from 'oidc-provider';

const CLIENT = { client_id: 'reporting', client_secret: 'reporting-secret-of-the-test' };

/** A certified OpenID provider on loopback that issues JWTs for client credentials. */
export class OpenidProvider {
  readonly issuer: string;
  readonly #server: Server;

  readonly #kid: string | undefined;

  private constructor(server: Server, kid: string | undefined) {
    this.#server = server;
    this.#kid = kid;
    this.issuer = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  }

  /** @param kid What every key of it is called. Default: each has a name of its own. */
  static async start(kid?: string): Promise<OpenidProvider> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const provider = new OpenidProvider(server, kid);
    await provider.rotate();
    return provider;
  }

  /** Begins anew with a key of its own: what the one before signed is no longer published. */
  async rotate(): Promise<void> {
    const provider = new Provider(this.issuer, {
      clients: [
        {
          ...CLIENT,
          grant_types: ['client_credentials'],
          redirect_uris: [],
          response_types: [],
        },
      ],
      jwks: { keys: [await signingKey(this.#kid)] },
      ttl: { ClientCredentials: 60 },
      features: {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: (_ctx, resource) => ({
            audience: resource,
            scope: 'orders:read orders:list',
            accessTokenFormat: 'jwt',
          }),
        },
      },
    });
    const handle = provider.callback();
    this.#server.removeAllListeners('request').on('request', (request, response) => {
      void handle(request, response);
    });
  }

  /** A token for an API, from the token endpoint (RFC 6749 section 4.4, RFC 8707). */
  async token(resource: string, scope = 'orders:read orders:list'): Promise<string> {
    const response = await fetch(`${this.issuer}/token`, {
      method: 'POST',
      body: new URLSearchParams({ ...CLIENT, grant_type: 'client_credentials', resource, scope }),
    });
    const { access_token: token } = (await response.json()) as { access_token?: string };
    if (token === undefined) throw new Error(`No token: status ${String(response.status)}`);
    return token;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

async function signingKey(kid = String(performance.now())): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, alg: 'RS256', use: 'sig' };
}
