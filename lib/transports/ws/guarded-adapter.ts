import type { WebSocketAdapter, WsMessageHandler } from '@nestjs/common';
import type { AuthError } from '../../core/auth-error.js';
import { isPending } from '../../core/maybe-promise.js';
import type { Connections } from './connections.js';
import { guardIoServer, isIoServer } from './io-server.js';
import { scopedHandlers } from './message-handlers.js';
import { sessionOf, type SocketSession } from './socket-session.js';
import { choosingNoToken, type Choose } from './sub-protocols.js';
import { WaitingClients, type ClientsOfServer } from './waiting-clients.js';

type Listener = (client: object, ...others: unknown[]) => void;

/** A server of ws. */
interface WebSocketServer extends ClientsOfServer {
  readonly options: { handleProtocols?: Choose<unknown> | null };
}

/**
 * Stands between Nest's gateways and the adapter that an application uses, whichever that is: in the
 * place of the methods by which Nest makes and closes servers, and hears of clients and messages.
 */
export class GuardedAdapter {
  readonly #connections: Connections;
  readonly #guarded = new WeakSet();
  readonly #waiting = new WaitingClients();

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  guard(adapter: WebSocketAdapter): void {
    if (!this.#isNew(adapter)) return;
    const original = {
      create: adapter.create.bind(adapter),
      bindClientConnect: adapter.bindClientConnect.bind(adapter),
      bindMessageHandlers: adapter.bindMessageHandlers.bind(adapter),
      close: adapter.close.bind(adapter),
    };
    adapter.create = (port: number, options?: unknown): unknown => {
      const server: unknown = original.create(port, options);
      if (typeof server === 'object' && server !== null) {
        this.#connections.served.note(server, port, options);
        this.#guardServer(server);
      }
      return server;
    };
    adapter.bindClientConnect = (server: object, listener): unknown => {
      this.#guardServer(server);
      return original.bindClientConnect(server, this.#whenAdmitted(server, listener as Listener));
    };
    adapter.bindMessageHandlers = (
      client: object,
      handlers: WsMessageHandler[],
      transform,
    ): unknown => {
      const scoped = scopedHandlers(client, handlers, this.#connections.host.clock);
      return original.bindMessageHandlers(client, scoped, transform);
    };
    adapter.close = (server: object): unknown => {
      this.#waiting.terminate(server as ClientsOfServer);
      return original.close(server);
    };
  }

  #guardServer(server: object): void {
    if (!this.#isNew(server)) return;
    if (isIoServer(server)) guardIoServer(server, this.#connections);
    else if (isWebSocketServer(server)) {
      server.options.handleProtocols = choosingNoToken(server.options.handleProtocols);
      this.#waiting.watch(server);
    }
  }

  #isNew(guarded: object): boolean {
    const isNew = !this.#guarded.has(guarded);
    this.#guarded.add(guarded);
    return isNew;
  }

  /** Nobody is told of a client, and nothing it sends is read, before it is let in. */
  #whenAdmitted(server: object, listener: Listener): Listener {
    return (client, ...others) => {
      const known = sessionOf(client);
      const session = known ?? this.#connections.begin(client, server, others[0]);
      session?.whenOpen(() => {
        listener(client, ...others);
      });
      if (session && !known) this.#admit(session, server as ClientsOfServer);
    };
  }

  #admit(session: SocketSession, server: ClientsOfServer): void {
    const settle = (failure: AuthError | undefined): void => {
      if (failure) session.close(failure);
      this.#waiting.leave(server, session.client);
      if (!failure) this.#connections.open(session);
      session.peer.release();
    };
    const admission = this.#connections.admit(session);
    if (!isPending(admission)) {
      settle(admission);
      return;
    }
    session.peer.hold();
    void admission.then(settle);
  }
}

function isWebSocketServer(server: object): server is WebSocketServer {
  const { options } = server as Partial<WebSocketServer>;
  return typeof options === 'object' && 'handleProtocols' in options;
}
