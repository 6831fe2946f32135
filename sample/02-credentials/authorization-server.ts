import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider, type Configuration } from 'oidc-provider';
import { DEMO_CLIENT_SECRETS } from './demo-values.js';

export const AUDIENCE = 'api://invoices';
export const TOKEN_SECONDS = 600;

/** The organizations that partners work for. */
export const ORGANIZATION_OF_PARTNER: ReadonlyMap<string | undefined, string> = new Map([
  ['umbrella-reports', 'acme'],
]);

/** The authorization server that gives partners their opaque tokens, on loopback. */
export class AuthorizationServer {
  private constructor(readonly issuer: string) {}

  /** One that another instance started already. */
  static at(issuer: string): AuthorizationServer {
    return new AuthorizationServer(issuer);
  }

  static async start(): Promise<AuthorizationServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const issuer = `http://127.0.0.1:${String(port)}`;
    const handle = new Provider(issuer, CONFIGURATION).callback();
    server.on('request', (request, response) => void handle(request, response));
    // It keeps no process alive by itself.
    server.unref();
    return new AuthorizationServer(issuer);
  }

  /** What a partner gets for its secret (RFC 6749 section 4.4). */
  async tokenFor(client: keyof typeof DEMO_CLIENT_SECRETS): Promise<string> {
    const response = await fetch(`${this.issuer}/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: client,
        client_secret: DEMO_CLIENT_SECRETS[client],
        resource: AUDIENCE,
        scope: 'invoices:read',
      }),
    });
    const { access_token: token } = (await response.json()) as { access_token?: string };
    if (token === undefined) throw new Error(`No token: status ${String(response.status)}`);
    return token;
  }
}

const CONFIGURATION: Configuration = {
  clients: Object.entries(DEMO_CLIENT_SECRETS).map(([client_id, client_secret]) => ({
    client_id,
    client_secret,
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
  })),
  ttl: { ClientCredentials: TOKEN_SECONDS },
  // What the answer to an introspection says besides. The subject is what tokens are revoked by.
  extraTokenClaims: (_context, { clientId }) => ({
    sub: clientId,
    org_id: ORGANIZATION_OF_PARTNER.get(clientId),
  }),
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: {
      enabled: true,
      allowedPolicy: (_context, { clientId }) => clientId === 'invoices-api',
    },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: () => ({
        audience: AUDIENCE,
        scope: 'invoices:read invoices:write',
        accessTokenFormat: 'opaque',
      }),
    },
  },
};
