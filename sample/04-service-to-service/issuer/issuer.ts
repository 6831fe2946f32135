import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';
import { STOREFRONT } from '../demo-values.js';
import { Admin } from './admin.js';
import { Clients } from './clients.js';
import { CALL_SECONDS, resourceServerFor } from './resource-servers.js';
import { makeSigningKey, type SigningKey } from './signing-key.js';
import { SubjectTokens } from './subject-tokens.js';
import { registerTokenExchange } from './token-exchange.js';
import { Users } from './users.js';

/** How long a user's token for the storefront lives, in seconds. */
const USER_SECONDS = 3600;

/** What a user's token is, beside the user's. */
interface UserTokenOptions {
  /** Who acts as the user (RFC 8693 section 4.1). */
  readonly act?: object;
  readonly lifetimeSeconds?: number;
}

/** The issuer of all tokens, on loopback. */
export class Issuer {
  readonly #clients = new Clients();
  readonly #users = new Users();
  readonly #server: Server;
  readonly #provider: Provider;
  readonly admin = new Admin(this.#clients, this.#users);

  private constructor(
    server: Server,
    readonly url: string,
    key: SigningKey,
  ) {
    this.#server = server;
    this.#provider = providerAt(url, this.#clients, key);
    const subjectTokens = new SubjectTokens(url, key.publicKey, this.#users);
    registerTokenExchange(this.#provider, { subjectTokens, users: this.#users });
    const handle = this.#provider.callback();
    server.on('request', (request, response) => {
      if (this.admin.serves(request)) this.admin.handle(request, response);
      else void handle(request, response);
    });
  }

  static async start(port = 0): Promise<Issuer> {
    const key = await makeSigningKey();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const address = server.address() as AddressInfo;
    return new Issuer(server, `http://127.0.0.1:${String(address.port)}`, key);
  }

  /** A user's token for the storefront, as after a log-in. */
  async tokenOf(id: string, options: UserTokenOptions = {}): Promise<string> {
    const { act, lifetimeSeconds = USER_SECONDS } = options;
    const client = await this.#provider.Client.find('web-shop');
    if (!client) throw new Error('The client that users log in with is missing');
    const token = new this.#provider.AccessToken({
      client,
      accountId: id,
      grantId: randomUUID(),
      gty: 'authorization_code',
      resourceServer: new this.#provider.ResourceServer(STOREFRONT, {
        audience: STOREFRONT,
        scope: '',
        accessTokenFormat: 'jwt',
      }),
      expiresIn: lifetimeSeconds,
      extra: { ...this.#users.find(id), act },
    });
    return token.save();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function providerAt(url: string, clients: Clients, { privateJwk }: SigningKey): Provider {
  return new Provider(url, {
    adapter: clients.adapter(),
    jwks: { keys: [privateJwk] },
    ttl: { ClientCredentials: CALL_SECONDS },
    // What a token says beside what all of them say is decided where it is made.
    extraTokenClaims: (_context, { extra }) => extra,
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, resource, { clientId }) =>
          resourceServerFor(clientId, resource),
      },
    },
  });
}
