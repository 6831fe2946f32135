import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';
import { configurationOf } from './configuration.js';
import { LogIn } from './log-in.js';

/** The issuer of all tokens, on loopback, with a server of its own: people sign in there. */
export class Issuer {
  readonly #server: Server;

  private constructor(
    server: Server,
    readonly url: string,
    provider: Provider,
  ) {
    this.#server = server;
    const logIn = new LogIn(provider);
    const handle = provider.callback();
    server.on('request', (request, response) => {
      if (logIn.serves(request)) void logIn.handle(request, response);
      else void handle(request, response);
    });
  }

  /** @param tokenSeconds How long an access token lives. */
  static async start(tokenSeconds: number): Promise<Issuer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${String(port)}`;
    // It keeps no process alive by itself.
    server.unref();
    return new Issuer(server, url, new Provider(url, await configurationOf(tokenSeconds)));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
