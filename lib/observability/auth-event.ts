import type { AuthenticatedPrincipal, Principal } from '../core/principal.js';
import type { RefusalCode, RefusalReason } from '../core/refusal.js';
import type { CallerFacts } from './caller-facts.js';
import type { CredentialEvent } from './credential-event.js';
import type { KeySetEvent } from './key-set-event.js';
import type { TokenEvent } from './token-event.js';

/** What every event about a request tells of it. */
export interface RequestFacts extends CallerFacts {
  /** The handler the request was for, as `Class.method`. */
  readonly handler: string;
  /** Its method, and the path as it is declared: `GET /orders/:id`. `undefined` where it has no route. */
  readonly route: string | undefined;
  /** What the request is called: the answer says it in `X-Request-ID`. `undefined` with `context: false`. */
  readonly requestId: string | undefined;
  /** From when the guards began until this was established, in milliseconds. */
  readonly milliseconds: number;
}

/** It is established who is calling. Whether they may is another matter. */
export interface AuthenticatedEvent extends RequestFacts {
  readonly type: 'auth.authenticated';
  readonly principal: AuthenticatedPrincipal;
}

/** A request without a valid credential was let in, as `@OptionalAuth()` says. */
export interface AnonymousEvent extends RequestFacts {
  readonly type: 'auth.anonymous';
  /** Why it has none. */
  readonly reason: RefusalReason;
}

/** A request was refused, and that is the caller's affair. Told when the exception is thrown, whoever catches it. */
export interface DeniedEvent extends RequestFacts {
  readonly type: 'auth.denied';
  /** What the client was told. */
  readonly code: RefusalCode;
  /** What happened. */
  readonly reason: RefusalReason;
  /** What is missing or expected; names that the program and its configuration know. */
  readonly detail: string | undefined;
  /** Who was refused, where that is established. */
  readonly principal: Principal | undefined;
  readonly cause?: unknown;
}

/** A request was let in that a rule on trial (`dryRun`) would have refused. */
export interface WouldDenyEvent extends RequestFacts {
  readonly type: 'auth.would_deny';
  readonly reason: RefusalReason;
  /** The rule, in words. */
  readonly detail: string;
  readonly principal: Principal;
}

/** A request was refused because we could not tell: our failure, and worth an alarm. */
export interface UnavailableEvent extends RequestFacts {
  readonly type: 'auth.unavailable';
  readonly code: RefusalCode;
  readonly reason: RefusalReason;
  /** Who could not tell, where several are asked: an option such as `tenant.validate`, and whether it was late. */
  readonly detail: string | undefined;
  readonly cause?: unknown;
}

/**
 * What went on after it was let in was ended here, because its credential holds no longer: a socket, an
 * event stream, a subscription. Told once, and not where it ended by itself or the client left.
 */
export interface ConnectionEndedEvent extends CallerFacts {
  readonly type: 'connection.ended';
  /** What it came by: `http`, `graphql`, `ws`. */
  readonly transport: string;
  /** What let it in, as `Class.method`; of a socket, `Class.handleConnection`, whether or not there is such a method. */
  readonly handler: string;
  /** The method, and the path as it is declared; `undefined` where it has no route, as sockets. */
  readonly route: string | undefined;
  /** What the request was called that began it. */
  readonly requestId: string | undefined;
  /** From when it began until it was ended. */
  readonly milliseconds: number;
  /** What the client is told, where it can be told. */
  readonly code: RefusalCode;
  /** Why: `token_expired`, `token_revoked`, or why a message was refused. */
  readonly reason: RefusalReason;
  /** By whose credential it went on. */
  readonly principal: Principal | undefined;
}

/** What the guards, the keys they rely on and the credentials made here tell whoever listens. No event holds a credential. */
export type AuthEvent =
  | AuthenticatedEvent
  | AnonymousEvent
  | DeniedEvent
  | WouldDenyEvent
  | UnavailableEvent
  | ConnectionEndedEvent
  | KeySetEvent
  | TokenEvent
  | CredentialEvent;

/** It is called within the request, or when keys were fetched, so it must not block; nobody waits for what it promises. */
export type AuthEventListener = (event: AuthEvent) => void | Promise<void>;

/** Told of all that happens, as {@link AuthEventListener} is. */
export interface AuthEventSubscriber {
  onEvent: AuthEventListener;
}
