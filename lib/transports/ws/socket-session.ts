import { withRequest } from '../../context/current-request.js';
import type { MessageScope } from '../../context/message-scope.js';
import { atInstant } from '../../core/at-instant.js';
import { InvalidCredential, type AuthError } from '../../core/auth-error.js';
import type { AuthRequest } from '../../core/auth-request.js';
import { hiddenNotes } from '../../core/hidden-notes.js';
import type { Principal } from '../../core/principal.js';
import { refusalBody } from '../public-refusal.js';
import type { LastingCall } from '../lasting-calls.js';
import type { Gateway, TransportHost } from '../transport-host.js';
import type { Peer } from './peer.js';
import type { SocketRequest } from './socket-request.js';
import type { Caller } from './ws-exchange.js';

/** What sessions need of an application. */
export type SessionSurroundings = Pick<TransportHost, 'clock' | 'styles' | 'lasting' | 'anywhere'>;

/** A client that wants to be let in. */
export interface Arrival {
  readonly client: object;
  readonly peer: Peer;
  /** By which it is, if all of them let it. */
  readonly gateways: readonly Gateway[];
}

/** Where a session is on its way: before anybody knows whether it may be, while it is, and after. */
type Stage = 'connecting' | 'open' | 'over';

/** A client from when it connects until it has gone: who it is, and until when. */
export class SocketSession implements Caller, LastingCall {
  readonly transport = 'ws';
  readonly route = undefined;
  readonly client: object;
  readonly peer: Peer;
  readonly gateways: readonly Gateway[];
  readonly #surroundings: SessionSurroundings;
  readonly #waiting: (() => void)[] = [];
  #stage: Stage = 'connecting';
  #request: SocketRequest;
  #principal: Principal | undefined;
  #scope: MessageScope | undefined;
  #disarm: () => void = () => undefined;
  #failure: AuthError | undefined;

  constructor({ client, peer, gateways }: Arrival, surroundings: SessionSurroundings) {
    this.client = client;
    this.peer = peer;
    this.gateways = gateways;
    this.#request = peer.request;
    this.#surroundings = surroundings;
  }

  /** The one that asks most, where several share their clients. */
  get gateway(): Gateway {
    return this.gateways.at(-1) ?? this.#surroundings.anywhere;
  }

  get handler(): string {
    return this.gateway.handler;
  }

  /** A client that goes while it connects. */
  get hasLeft(): boolean {
    return this.peer.hasLeft;
  }

  /** That of its connecting. */
  get requestId(): string | undefined {
    return this.#scope?.requestId();
  }

  /** How it connected, with the credential that counts. */
  get request(): SocketRequest {
    return this.#request;
  }

  /** `undefined` where no credential was looked at. */
  get principal(): Principal | undefined {
    return this.#principal;
  }

  /** Whether what it sends is heard. */
  get isOpen(): boolean {
    return this.#stage === 'open';
  }

  /** Why it was ended; `undefined` where it was not. */
  get failure(): AuthError | undefined {
    return this.#failure;
  }

  /** Done in the scope of its connecting, as soon as it is let in. */
  whenOpen(act: () => void): void {
    if (this.isOpen && this.#scope) withRequest(this.#scope, act);
    else if (!this.#isOver) this.#waiting.push(act);
  }

  /** It may be heard, as soon as it is connected. */
  admit(scope: MessageScope, principal: Principal | undefined): void {
    this.#scope = scope;
    this.#principal = principal;
  }

  /** It is connected; to be done after it was admitted. */
  open(): void {
    if (this.#stage !== 'connecting' || !this.#scope) return;
    this.#stage = 'open';
    this.#arm();
    for (const act of this.#waiting.splice(0)) this.whenOpen(act);
  }

  /** From now on, it is this caller's, by this credential, and no longer than that holds. */
  establish(principal: Principal, request: SocketRequest): void {
    this.#principal = principal;
    this.#request = request;
    this.#arm();
    this.#surroundings.lasting.established(this);
  }

  /** Who it is, is known from the first time that its credential is looked at: at connecting, or at a message. */
  learn(principal: Principal, request: AuthRequest): void {
    const isNews = this.#principal === undefined || this.#principal.kind === 'anonymous';
    const isKnown = principal.kind !== 'anonymous';
    if (isNews && isKnown && request === this.#request) this.establish(principal, this.#request);
  }

  expose(property: string, value: unknown): void {
    this.peer.expose(property, value);
  }

  /** What was refused to a caller whose credential holds no longer ends its session, once the answer is sent. */
  notice(failure: AuthError, request: AuthRequest): void {
    const isAuthenticated = this.#principal !== undefined && this.#principal.kind !== 'anonymous';
    const isLost = failure instanceof InvalidCredential && failure.code !== NOT_HERE;
    if (!isAuthenticated || !isLost || request !== this.#request) return;
    setImmediate(() => {
      if (request === this.#request) this.#surroundings.lasting.end(this, failure);
    });
  }

  /** Closes the socket, and says why. Nothing it sends is heard any more. */
  close(failure: AuthError): void {
    if (this.#isOver) return;
    this.#failure = failure;
    this.forget();
    this.peer.end(failure, refusalBody(failure, this.#surroundings.styles.http.body));
  }

  /** To be done when it has gone. */
  forget(): void {
    this.#stage = 'over';
    this.#disarm();
  }

  get #isOver(): boolean {
    return this.#stage === 'over';
  }

  #arm(): void {
    this.#disarm();
    const { expiresAt } = this.#principal ?? { expiresAt: Infinity };
    if (!this.isOpen) return;
    this.#disarm = atInstant(expiresAt * 1000, this.#surroundings.clock, () => {
      this.#surroundings.lasting.end(this, new InvalidCredential('token_expired'));
    });
  }
}

/** Of a handler that accepts other credentials: this one is as good as before. */
const NOT_HERE = 'credential_not_accepted';

const sessions = hiddenNotes<SocketSession>();

export function rememberSession(client: object, session: SocketSession): void {
  sessions.set(client, session);
}

export function sessionOf(client: unknown): SocketSession | undefined {
  return typeof client === 'object' && client !== null ? sessions.get(client) : undefined;
}

/**
 * Who a client is: in `handleConnection`, `handleDisconnect`, and wherever a socket is at hand.
 *
 * @param client The socket, as Nest passes it.
 * @returns `undefined` where no credential was looked at: of a gateway to which anybody may connect,
 *   before its first message to a handler that asks for one. Somebody anonymous where that was declared.
 * @publicApi
 */
export function principalOf(client: unknown): Principal | undefined {
  return sessionOf(client)?.principal;
}
