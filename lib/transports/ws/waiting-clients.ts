/** A server of ws, as far as it matters to those who wait. */
export interface ClientsOfServer {
  /** `undefined` where the application wants none kept (`clientTracking: false`). */
  readonly clients?: Set<WaitingClient>;
  prependListener(event: 'connection', listener: (client: WaitingClient) => void): unknown;
}

interface WaitingClient {
  readonly readyState: number;
  terminate(): void;
  once(event: 'close', listener: () => void): unknown;
}

/** As the API of WebSockets in browsers has it. */
const CLOSED = 3;

/**
 * The clients of servers of ws that nobody has let in yet. They are not among `server.clients`, which is
 * what applications broadcast to.
 */
export class WaitingClients {
  readonly #waiting = new WeakMap<object, Set<WaitingClient>>();

  /** To be told of a server before the application listens to it. */
  watch(server: ClientsOfServer): void {
    const waiting = new Set<WaitingClient>();
    this.#waiting.set(server, waiting);
    server.prependListener('connection', (client) => {
      if (server.clients?.delete(client) !== true) return;
      waiting.add(client);
      client.once('close', () => waiting.delete(client));
    });
  }

  /** It is known whether the client is let in: nothing is sent to one that is closing. */
  leave(server: ClientsOfServer, client: object): void {
    const waiting = client as WaitingClient;
    const isWaiting = this.#waiting.get(server)?.delete(waiting) === true;
    if (isWaiting && waiting.readyState !== CLOSED) server.clients?.add(waiting);
  }

  /** A server is closed with all its clients. */
  terminate(server: ClientsOfServer): void {
    for (const client of [...(this.#waiting.get(server) ?? [])]) {
      client.terminate();
      this.leave(server, client);
    }
  }
}
