import type { Principal } from '../core/principal.js';
import type { RefusalCode, RefusalReason } from '../core/refusal.js';

interface EventFacts {
  /** The handler the request was for, as `Class.method`. */
  readonly handler: string;
}

/** It is established who is calling. Whether they may is another matter. */
export interface AuthenticatedEvent extends EventFacts {
  readonly type: 'auth.authenticated';
  readonly principal: Principal;
}

/** A request was refused, and that is the caller's affair. */
export interface DeniedEvent extends EventFacts {
  readonly type: 'auth.denied';
  /** What the client was told. */
  readonly code: RefusalCode;
  /** What happened. */
  readonly reason: RefusalReason;
  readonly cause?: unknown;
}

/** A request was refused because we could not tell: our failure, and worth an alarm. */
export interface UnavailableEvent extends EventFacts {
  readonly type: 'auth.unavailable';
  readonly code: RefusalCode;
  readonly reason: RefusalReason;
  readonly cause?: unknown;
}

/** What the guards tell whoever listens. No event holds a credential. */
export type AuthEvent = AuthenticatedEvent | DeniedEvent | UnavailableEvent;

/** Must not block: it runs within the request. */
export type AuthEventListener = (event: AuthEvent) => void;
