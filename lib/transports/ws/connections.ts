import { Logger } from '@nestjs/common';
import { withRequest } from '../../context/current-request.js';
import { MessageScope } from '../../context/message-scope.js';
import type { AuthError } from '../../core/auth-error.js';
import { isPending, whenReady, type MaybePromise } from '../../core/maybe-promise.js';
import type { Principal } from '../../core/principal.js';
import { guardFailure } from '../guard-failure.js';
import { lastingPrincipal } from '../lasting-principal.js';
import type { Gateway, TransportHost } from '../transport-host.js';
import { peerOf } from './peer.js';
import { ServedGateways } from './served-gateways.js';
import type { SocketRequest } from './socket-request.js';
import { rememberSession, sessionOf, SocketSession } from './socket-session.js';
import { WsExchange } from './ws-exchange.js';

/** A client that was let in. */
export interface Admission {
  readonly exchange: WsExchange;
  readonly scope: MessageScope;
  /** `undefined` where no credential was looked at. */
  readonly principal: Principal | undefined;
  /** Puts it where the users of its library look for it. */
  readonly show: () => void;
}

const logger = new Logger('WebSockets');

/** The clients of an application: lets them in when they connect, and keeps them until they have gone. */
export class Connections {
  readonly host: TransportHost;
  readonly served: ServedGateways;

  constructor(host: TransportHost) {
    this.host = host;
    this.served = new ServedGateways(host);
  }

  /**
   * A client that wants to be let in. One that connects by two servers at once, as to a namespace of
   * socket.io that a pattern matches as well, is let in by the gateways of both.
   *
   * @param server By which it connects.
   * @param request Where its library passes one beside it.
   * @returns `undefined` where it is no client that anybody here knows: it was turned away.
   */
  begin(client: object, server: object, request?: unknown): SocketSession | undefined {
    const known = sessionOf(client);
    if (known) {
      known.gateways = this.#joined(known.gateways, this.served.behind(server, client));
      return known;
    }
    const peer = peerOf(client, request);
    if (!peer) {
      turnAway(client);
      return;
    }
    this.host.receive(peer.handshake);
    const gateways = this.served.behind(server, client);
    const session = new SocketSession({ client, peer, gateways }, this.host);
    rememberSession(client, session);
    // Of one that goes while it connects socket.io tells nobody.
    this.host.lasting.addUnheld(session);
    return session;
  }

  /**
   * Lets a client in.
   *
   * @returns Why not.
   */
  admit(session: SocketSession): MaybePromise<AuthError | undefined> {
    const refused = (failure: AuthError): AuthError => {
      this.host.lasting.delete(session);
      return failure;
    };
    const admitted = ({ scope, principal, show }: Admission): AuthError | undefined => {
      // It may have been ended meanwhile.
      if (session.failure) return refused(session.failure);
      show();
      session.admit(scope, principal);
      return undefined;
    };
    try {
      const { client, gateways, request } = session;
      const admission = this.#authenticate(session, request, () => admittedBy(gateways, client));
      if (!isPending(admission)) return admitted(admission);
      return admission
        .then(admitted)
        .catch((failure: unknown) => refused(guardFailure(failure, logger)));
    } catch (failure) {
      return refused(guardFailure(failure, logger));
    }
  }

  /** A client that was admitted is connected, unless it has left meanwhile. */
  open(session: SocketSession): void {
    if (session.peer.isGone) {
      this.host.lasting.delete(session);
      return;
    }
    session.peer.onGone(() => {
      session.forget();
      this.host.lasting.delete(session);
    });
    session.open();
  }

  /**
   * Finds out who presents another credential, and whether it may be connected as it is.
   *
   * @throws What the guards throw.
   */
  async authenticate(session: SocketSession, request: SocketRequest): Promise<Admission> {
    const { client, gateways, gateway } = session;
    // Where anybody may connect, nobody would look at it.
    const admit = (): MaybePromise<void> =>
      whenReady(admittedBy(gateways, client), () => gateway.readmit(client));
    return this.#authenticate(session, request, admit);
  }

  #authenticate(
    session: SocketSession,
    request: SocketRequest,
    admit: () => MaybePromise<void>,
  ): MaybePromise<Admission> {
    const { client, peer } = session;
    const shown = new Map<string, unknown>();
    const caller = {
      client,
      expose: (property: string, value: unknown): unknown => shown.set(property, value),
      notice: (): void => undefined,
      learn: session.learn.bind(session),
    };
    const exchange = new WsExchange(caller, request);
    const scope = new MessageScope(exchange, this.host.clock(), request.header('x-request-id'));
    const admitted = withRequest(scope, admit);
    return whenReady(admitted, () => ({
      ...{ exchange, scope, principal: lastingPrincipal(exchange, this.host.clock) },
      show: () => {
        for (const [property, value] of shown) peer.expose(property, value);
      },
    }));
  }

  /** Those first that anybody may connect to, as ever. */
  #joined(...gateways: readonly (readonly Gateway[])[]): readonly Gateway[] {
    const all = new Set(gateways.flat());
    const inOrder = this.host.gateways().filter((each) => all.has(each));
    return [...new Set([...inOrder, ...all])];
  }
}

/** By all that share a server, one after the other: a client of one is a client of all. */
function admittedBy(gateways: readonly Gateway[], client: object): MaybePromise<void> {
  const [gateway, ...others] = gateways;
  if (!gateway) return;
  return whenReady(gateway.admit(client), () => admittedBy(others, client));
}

/** Of whom nobody knows how it connected, nothing is heard. */
function turnAway(client: object): void {
  logger.error(
    'A client was turned away: its adapter passes neither a socket of socket.io, nor a socket of ws and its request. Use IoAdapter, WsAdapter, or one that extends them.',
  );
  const ways = client as Partial<Record<'disconnect' | 'terminate' | 'close', unknown>>;
  const way = (['disconnect', 'terminate', 'close'] as const).find(
    (name) => typeof ways[name] === 'function',
  );
  if (way) (ways[way] as () => void).call(client);
}
