import { Logger } from '@nestjs/common';
import { withRequest } from '../../context/current-request.js';
import { MessageScope } from '../../context/message-scope.js';
import { requestIn } from '../field-call.js';
import { guardFailure } from '../guard-failure.js';
import { lastingPrincipal } from '../lasting-principal.js';
import type { Entrance, TransportHost } from '../transport-host.js';
import { ConnectionExchange } from './connection-exchange.js';
import { Connection } from './connection.js';
import { closeSocket, isServerSocket, OpenConnection } from './open-connection.js';

/** A client that connects. */
export interface Opening {
  readonly socket: unknown;
  /** What the client said, and its handshake, where operations have them. */
  readonly context: object;
}

const logger = new Logger('GraphqlConnections');

/** Lets the clients of an application connect, and keeps them until they have gone. */
export class Admissions {
  readonly #host: TransportHost;
  readonly #entrance: Entrance;
  readonly #seen = new WeakSet<object>();

  constructor(host: TransportHost, entrance: Entrance) {
    this.#host = host;
    this.#entrance = entrance;
  }

  /**
   * Lets a client connect, or closes its socket and says why.
   *
   * @returns Whether it may; `false` as well for a socket that has been here: who it is stays as it was.
   */
  async admit({ socket, context }: Opening): Promise<boolean> {
    const found = requestIn(context);
    if (!isServerSocket(socket) || !found) {
      logger.error(
        'A client was not let in: there is no socket of ws and no handshake. onConnect is for graphql-ws, onMercuriusConnect for Mercurius, which has to call it as a method.',
      );
      return false;
    }
    if (this.#seen.has(socket)) return false;
    this.#seen.add(socket);
    this.#host.receive(found.raw);
    const exchange = new ConnectionExchange(Connection.opening(context, found));
    const given = exchange.request.header('x-request-id');
    const scope = new MessageScope(exchange, this.#host.clock(), given);
    try {
      await withRequest(scope, () => this.#entrance.admit(exchange));
      const principal = lastingPrincipal(exchange, this.#host.clock);
      const { handler } = this.#entrance;
      const opened = { handler, requestId: scope.requestId(), principal };
      return new OpenConnection(socket, opened, this.#host).isOpen;
    } catch (thrown) {
      closeSocket(socket, guardFailure(thrown, logger));
      return false;
    }
  }
}
