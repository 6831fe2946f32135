import { once } from 'node:events';
import { createServer } from 'node:http';

/** How long it takes to grant a token, in milliseconds: some never see that others ask as well if it is nothing. */
const DELAY_MS = 50;

/** How long a token is good, in seconds. */
export const LIFETIME_SECONDS = 600;

/** A token endpoint on loopback, which counts what it is asked and does as it is told. */
export class TokenEndpoint {
  #server = createServer((request, response) => {
    this.requests += 1;
    request.resume().once('end', () => this.#behaviours[this.behaviour](response));
  });

  /** What it was asked, answered or not. */
  requests = 0;

  /** `grants`, `resets` connections, `fails` with 500, or `hangs`. */
  behaviour = 'grants';

  #behaviours = {
    grants: (response) => setTimeout(() => this.#grant(response), DELAY_MS),
    resets: (response) => response.socket.resetAndDestroy(),
    fails: (response) => response.writeHead(500).end(),
    hangs: () => undefined,
  };

  static async start() {
    const endpoint = new TokenEndpoint();
    endpoint.#server.listen(0, '127.0.0.1');
    await once(endpoint.#server, 'listening');
    return endpoint;
  }

  /** What a client needs to know. */
  get description() {
    const issuer = `http://127.0.0.1:${this.#server.address().port}`;
    const client = { clientId: 'storefront', clientSecret: 'a-secret-of-the-bench' };
    return { issuer, tokenEndpoint: `${issuer}/token`, ...client };
  }

  async stop() {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #grant(response) {
    const access_token = `token-${this.requests}`;
    const body = { access_token, token_type: 'Bearer', expires_in: LIFETIME_SECONDS };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  }
}
