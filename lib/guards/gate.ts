import type { ExecutionContext } from '@nestjs/common';
import { authOf, rememberAuth } from '../context/request-auth.js';
import { AuthUnavailable, Forbidden, type AuthError } from '../core/auth-error.js';
import type { Principal } from '../core/principal.js';
import type { AuthEvents } from '../observability/auth-events.js';
import type { RoutePolicy } from '../policy/route-policy.js';
import { exchangeOf, type Exchange, type RefusalStyles } from '../transports/exchange.js';
import { unsupportedContext } from '../transports/unsupported-context.js';
import type { RoutePolicies } from './route-policies.js';

/** What the module's options say of the guards. */
export interface GateSettings {
  readonly events: AuthEvents;
  readonly styles: RefusalStyles;
  /** The property of the request that shows the principal to other packages; `null` for none. */
  readonly requestProperty: string | null;
}

/** A request before the gate: what holds for its handler, and the way to answer it. */
export interface Visit {
  readonly exchange: Exchange;
  readonly policy: RoutePolicy;
  /** `Class.method`. */
  readonly handler: string;
}

/** Stands for what was declared where that cannot be told; it is only ever used to refuse. */
const UNKNOWN: RoutePolicy = Object.freeze({ public: false, requirements: [], scopes: [] });

/** What both guards share: looking a request up, letting it in, and turning it away. */
export class Gate {
  readonly #policies: RoutePolicies;
  readonly #settings: GateSettings;

  constructor(policies: RoutePolicies, settings: GateSettings) {
    this.#policies = policies;
    this.#settings = settings;
  }

  /**
   * @returns `undefined` when the handler is public: there is nothing to establish and to decide.
   * @throws When the kind of context or the handler is unknown.
   */
  visit(context: ExecutionContext): Visit | undefined {
    const policy = this.#policies.of(context.getClass(), context.getHandler());
    const exchange = exchangeOf(context);
    const handler = `${context.getClass().name}.${context.getHandler().name}`;
    if (policy?.public) {
      if (exchange) this.#remember({ exchange, policy, handler }, undefined);
      return;
    }
    if (!exchange) throw this.#unsupported(handler);
    if (!policy) {
      throw this.refuse({ exchange, policy: UNKNOWN, handler }, new Forbidden('unknown_handler'));
    }
    return { exchange, policy, handler };
  }

  /** Who was let in already; what the guards of another application established does not count. */
  principalOf({ exchange }: Visit): Principal | undefined {
    const auth = authOf(exchange.key);
    return auth?.establishedBy === this ? auth.principal : undefined;
  }

  /** Lets the rest of the application know who is calling. */
  admit(visit: Visit, principal: Principal): true {
    this.#remember(visit, principal);
    const { requestProperty, events } = this.#settings;
    if (requestProperty !== null) visit.exchange.expose(requestProperty, principal);
    events.emit({ type: 'auth.authenticated', handler: visit.handler, principal });
    return true;
  }

  /** The exception that turns the request away; the reason goes to the events. */
  refuse(visit: Visit, failure: AuthError): Error {
    this.#report(failure, visit.handler, this.principalOf(visit));
    return visit.exchange.refuse(failure, this.#settings.styles, visit.policy.scopes);
  }

  #unsupported(handler: string): Error {
    const failure = new Forbidden('unsupported_context');
    this.#report(failure, handler);
    return unsupportedContext(failure);
  }

  #remember(visit: Visit, principal: Principal | undefined): void {
    rememberAuth(visit.exchange.key, {
      principal,
      establishedBy: this,
      refuse: (failure) => this.refuse(visit, failure),
    });
  }

  #report(failure: AuthError, handler: string, principal?: Principal): void {
    const { code, reason, detail, cause } = failure;
    const { events } = this.#settings;
    if (failure instanceof AuthUnavailable) {
      events.emit({ type: 'auth.unavailable', handler, code, reason, cause });
    } else {
      events.emit({ type: 'auth.denied', handler, code, reason, detail, principal, cause });
    }
  }
}
