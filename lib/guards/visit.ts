import type { ExecutionContext } from '@nestjs/common';
import { currentScope } from '../context/current-request.js';
import { messageId } from '../context/message-scope.js';
import type { RequestAuth } from '../context/request-auth.js';
import type { AuthError } from '../core/auth-error.js';
import type { AuthRequest } from '../core/auth-request.js';
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
}

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
  principal: Principal | undefined;
  resource: unknown;
  /** The tenant that the request addressed when it came to this handler. */
  addressed: AddressedTenant;
  /** Why it was turned away first: several parameters of a handler may find the same wanting. */
  refusal: AuthError | undefined;

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
    this.refusal = undefined;
  }

  /** `Class.method`. */
  get handler(): string {
    return labelOf(this.#target);
  }

  /** `undefined` for a request of HTTP that is not kept at hand. */
  get requestId(): string | undefined {
    const { transport, shared, request } = this.exchange;
    const scope = currentScope();
    if (transport === 'http' || scope?.request === shared) return scope?.requestId();
    return messageId(shared, request.header('x-request-id')[0]);
  }

  get request(): AuthRequest {
    return this.exchange.request;
  }

  get contextHeaders(): Readonly<Record<string, string>> {
    return this.policy.contextHeaders;
  }

  isTo({ controller, handler }: Target): boolean {
    return this.#target.controller === controller && this.#target.handler === handler;
  }

  refuse(failure: AuthError): Error {
    return this.establishedBy.refuse(this, failure);
  }
}

/** `Class.method`. */
export function labelOf({ controller, handler }: Target): string {
  return `${controller.name}.${handler.name}`;
}
