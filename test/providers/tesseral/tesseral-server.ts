import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SignJWT, exportJWK, generateKeyPair, type CryptoKey, type JWK } from 'jose';

export const PUBLISHABLE_KEY = 'publishable_key_2ptd0dsh1lbr9ac0nh0f3dvu1';
export const PROJECT_ID = 'project_54vwf0clhh0caqe20eujxgpeq';
export const ISSUER = 'https://project-54vwf0clhh0caqe20eujxgpeq.tesseral.app';
export const COOKIE = `tesseral_${PROJECT_ID}_access_token`;
export const BACKEND_API_KEY = 'tesseral_secret_key_0a1b2c3d4e5f6g7h8i9j';

/** What the API answers about a key, and with what status. */
export interface KeyAnswer {
  readonly status: number;
  readonly body: unknown;
}

const answer = (status: number, code: string, message: string): KeyAnswer => ({
  status,
  body: { code, message, details: [] },
});

/** The answers of Tesseral's API, by what they mean. */
export const ANSWERS = {
  bad: answer(400, 'invalid_argument', 'unauthenticated_api_key'),
  disabled: answer(403, 'permission_denied', 'api keys are not enabled for this organization'),
  wrongSecret: answer(401, 'unauthenticated', 'unauthenticated'),
} as const;

/** The configuration and the API of Tesseral, as far as APIs ask them, on loopback. */
export class TesseralServer {
  readonly origin: string;
  /** Method and path of what was asked, in order. */
  readonly requests: string[] = [];
  /** The keys that are known, and others' answers. */
  readonly apiKeys = new Map<string, KeyAnswer>();
  projectId = PROJECT_ID;
  /** The answer in the place of the usual one; `undefined` hangs up, `'silence'` never answers. */
  outage: 'none' | 'hangs up' | 'silence' | number = 'none';
  redirectTo: string | undefined;
  published: JWK[] = [];
  readonly #server: Server;
  #signing!: { readonly kid: string; readonly privateKey: CryptoKey };

  private constructor(server: Server) {
    this.#server = server;
    this.origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void this.#answer(request, response);
    });
  }

  static async start(): Promise<TesseralServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    server.unref();
    const tesseral = new TesseralServer(server);
    await tesseral.rotate();
    return tesseral;
  }

  /** Signs with a new key from now on, and publishes it beside the others, without `alg` and `use`. */
  async rotate(): Promise<void> {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const { kty, crv, x, y } = await exportJWK(publicKey);
    const kid = `session_signing_key_${String(this.published.length)}abc`;
    this.published.push({ kid, kty, crv, x, y } as JWK);
    this.#signing = { kid, privateKey };
  }

  /** Signs with this key from now on. */
  signWith(kid: string, privateKey: CryptoKey): void {
    this.#signing = { kid, privateKey };
  }

  /** An access token as Tesseral makes them, no `typ` included; what is `undefined` is left out. */
  async token(
    claims: Readonly<Record<string, unknown>> = {},
    header: Readonly<Record<string, unknown>> = {},
  ): Promise<string> {
    const { kid, privateKey } = this.#signing;
    const payload = JSON.parse(JSON.stringify({ ...usualClaims(), ...claims })) as object;
    return new SignJWT({ ...payload })
      .setProtectedHeader({ kid, alg: 'ES256', ...header })
      .sign(privateKey);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  asked(path: string): number {
    return this.requests.filter((each) => each.endsWith(path)).length;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests.push(`${String(request.method)} ${String(request.url)}`);
    const { outage } = this;
    if (outage === 'silence') return;
    if (outage === 'hangs up') {
      response.destroy();
      return;
    }
    const { status, body } =
      typeof outage === 'number' ? answer(outage, 'down', 'down') : await this.#usual(request);
    const location = this.redirectTo === undefined ? {} : { location: this.redirectTo };
    response.writeHead(status, { 'content-type': 'application/json', ...location });
    response.end(JSON.stringify(body));
  }

  async #usual(request: IncomingMessage): Promise<KeyAnswer> {
    const { method, url } = request;
    if (method === 'GET' && url === `/v1/config/${PUBLISHABLE_KEY}`) {
      return { status: 200, body: this.#configuration() };
    }
    if (method !== 'POST' || url !== '/v1/api-keys/authenticate') {
      return answer(404, 'not_found', 'publishable key not found');
    }
    if (request.headers.authorization !== `Bearer ${BACKEND_API_KEY}`) return ANSWERS.wrongSecret;
    const { secretToken } = JSON.parse(await text(request)) as { secretToken: string };
    return this.apiKeys.get(secretToken) ?? ANSWERS.bad;
  }

  #configuration(): object {
    return {
      projectId: this.projectId,
      vaultDomain: 'vault.app.example.com',
      cookieDomain: 'app.example.com',
      devMode: false,
      crossDomainMode: false,
      trustedDomains: ['app.example.com'],
      keys: this.published,
    };
  }
}

function usualClaims(): object {
  const now = Math.floor(Date.now() / 1000);
  return {
    ...{ iss: ISSUER, sub: 'user_ann', aud: ISSUER, exp: now + 300, nbf: now, iat: now },
    session: { id: 'session_1' },
    user: { id: 'user_ann', email: 'ann@app.example.com' },
    organization: { id: 'org_acme', displayName: 'Acme' },
    actions: ['acme.widgets.edit', 'acme.widgets.view'],
  };
}
