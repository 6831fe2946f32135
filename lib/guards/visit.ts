import type { ExecutionContext } from '@nestjs/common';
import { currentScope } from '../context/current-request.js';
import type { ForwardedContext } from '../context/forwarded-context.js';
import { CallScope, MessageScope } from '../context/message-scope.js';
import type { RequestAuth } from '../context/request-auth.js';
import type { Scope } from '../context/request-scope.js';
import { AuthUnavailable, type AuthError } from '../core/auth-error.js';
import type { AuthRequest } from '../core/auth-request.js';
import type { Clock } from '../core/clock.js';
import type { Principal } from '../core/principal.js';
import type { AddressedTenant } from '../pipeline/addressed-tenant.js';
import type { RoutePolicy } from '../policy/route-policy.js';
import type { Exchange } from '../transports/exchange.js';
import type { Controller } from './ancestry.js';

/** Which handler is called, as Nest tells it. */
export interface Target {
  readonly controller: Controller;
  readonly handler: ReturnType<ExecutionContext['getHandler']>;
}

/** Whoever lets visits in and turns them away. */
export interface Gatekeeper {
  refuse(visit: Visit, failure: AuthError): Error;
  /** The same, told nobody. */
  answer(visit: Visit, failure: AuthError): Error;
  forwardedContextOf(visit: Visit): ForwardedContext | undefined;
  /** In milliseconds since the epoch. */
  readonly clock: Clock;
}

const NONE: readonly AuthError[] = [];

/**
 * A request before the gate: what holds for its handler, the way to answer it, and, once that is
 * established, who is calling. It is what is remembered of the request, so that whoever comes second
 * finds what the first has looked up.
 */
export class Visit implements RequestAuth {
  readonly establishedBy: Gatekeeper;
  readonly exchange: Exchange;
  readonly policy: RoutePolicy;
  readonly #target: Target;
  #scope: Scope | undefined;
  principal: Principal | undefined;
  resource: unknown;
  /** The tenant that the request addressed when it came to this handler. */
  addressed: AddressedTenant;
  /** Why it was turned away, once for each reason: several parameters of a handler may find the same wanting. */
  refusals: readonly AuthError[];
  /** Whether all that is declared was asked, and let it in. */
  isLetIn: boolean;
  /** When it came to the gate, by the clock of `performance`; 0 where nobody is told. */
  startedAt: number;

  constructor(
    establishedBy: Gatekeeper,
    { exchange, policy }: { readonly exchange: Exchange; readonly policy: RoutePolicy },
    target: Target,
  ) {
    this.establishedBy = establishedBy;
    this.exchange = exchange;
    this.policy = policy;
    this.#target = target;
    this.principal = undefined;
    this.addressed = undefined;
    this.refusals = NONE;
    this.isLetIn = false;
    this.startedAt = 0;
  }

  /** `Class.method`. */
  get handler(): string {
    return labelOf(this.#target);
  }

  /** `undefined` for a request of HTTP that is not kept at hand. */
  get requestId(): string | undefined {
    const { transport, shared, key } = this.exchange;
    const scope = currentScope();
    const isAtHand = scope?.request === shared || scope?.request === key;
    if (transport === 'http' || isAtHand) return scope?.requestId();
    return this.messageScope?.requestId();
  }

  get request(): AuthRequest {
    return this.exchange.request;
  }

  get contextHeaders(): Readonly<Record<string, string>> {
    return this.policy.contextHeaders;
  }

  get forwardedContext(): ForwardedContext | undefined {
    return this.establishedBy.forwardedContextOf(this);
  }

  /** Of a message; a request of HTTP has one from before it came to the guards, or none. */
  get messageScope(): Scope | undefined {
    if (this.exchange.transport === 'http') return;
    this.#scope ??= this.#scopeOfMessage();
    return this.#scope;
  }

  /** What fields of GraphQL lead to is at hand for all of them: they have no scope of their own. */
  #scopeOfMessage(): Scope {
    const { key, shared, request, transport } = this.exchange;
    const given = request.header('x-request-id');
    const message = new MessageScope(shared, this.establishedBy.clock(), given);
    return key === shared || transport === 'graphql' ? message : new CallScope(key, message);
  }

  isTo({ controller, handler }: Target): boolean {
    return this.#target.controller === controller && this.#target.handler === handler;
  }

  refuse(failure: AuthError): Error {
    return this.establishedBy.refuse(this, failure);
  }

  /**
   * The exception that ends what was let in before: whoever ends it tells so. Where nobody could tell
   * whether it may go on, that is told as ever.
   */
  end(failure: AuthError): Error {
    if (failure instanceof AuthUnavailable) return this.refuse(failure);
    return this.establishedBy.answer(this, failure);
  }
}

/** `Class.method`. */
export function labelOf({ controller, handler }: Target): string {
  return `${controller.name}.${handler.name}`;
}
