import { once } from 'node:events';
import { createServer } from 'node:http';
import { createSigningKeys } from './signing-keys.mjs';
import { signToken } from './sign-token.mjs';

const AUDIENCE = 'api://orders';
const KEY_SET = '/jwks';

/** An issuer on a port of its own: metadata and a key set over HTTP, and tokens without asking. */
export class Issuer {
  #keys = createSigningKeys();
  #server = createServer((request, response) => this.#answer(request, response));
  #delayMs;

  /** What it was asked so far, answered or not. */
  requests = { keySet: 0, metadata: 0 };

  /** While it is down, connections are made and then reset, so that attempts can be counted. */
  isDown = false;

  /** @param delayMs How long it takes for an answer. */
  static async start({ delayMs = 0, isDown = false } = {}) {
    const issuer = new Issuer();
    issuer.#delayMs = delayMs;
    issuer.isDown = isDown;
    issuer.#server.listen(0, '127.0.0.1');
    await once(issuer.#server, 'listening');
    return issuer;
  }

  /** What an application needs to know. */
  get description() {
    const issuer = `http://127.0.0.1:${this.#server.address().port}`;
    return { issuer, audience: AUDIENCE, jwksUri: issuer + KEY_SET };
  }

  get requestCount() {
    return this.requests.keySet + this.requests.metadata;
  }

  /**
   * @param alg The algorithm; its key is one of those published.
   * @param changes What is to be different: `{ header, claims, privateKey }`.
   */
  sign(alg, changes) {
    const { issuer: iss, audience: aud } = this.description;
    return signToken(
      this.#keys.find((key) => key.alg === alg),
      { iss, aud },
      changes,
    );
  }

  async stop() {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #answer(request, response) {
    this.requests[request.url === KEY_SET ? 'keySet' : 'metadata'] += 1;
    if (this.isDown) return request.socket.destroy();
    const { issuer, jwksUri } = this.description;
    const metadata = {
      issuer,
      jwks_uri: jwksUri,
      id_token_signing_alg_values_supported: this.#keys.map(({ alg }) => alg),
    };
    const body = request.url === KEY_SET ? { keys: this.#keys.map(({ jwk }) => jwk) } : metadata;
    setTimeout(() => {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
    }, this.#delayMs);
  }
}
