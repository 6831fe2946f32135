import type { ExecutionContext } from '@nestjs/common';
import { currentScope } from '../context/current-request.js';
import { forwardedContextOf, type ForwardedContext } from '../context/forwarded-context.js';
import { authOf, rememberAuth } from '../context/request-auth.js';
import { takenFrom } from '../context/taken-headers.js';
import { isTrusted, type TrustedService } from '../context/trusted-services.js';
import { anonymousAfter } from '../core/anonymous.js';
import {
  AuthUnavailable,
  Forbidden,
  MissingCredential,
  type AuthError,
} from '../core/auth-error.js';
import { whenReady, type MaybePromise } from '../core/maybe-promise.js';
import { userOf, type AuthenticatedPrincipal, type Principal } from '../core/principal.js';
import type { AddressedTenant } from '../pipeline/addressed-tenant.js';
import type { Tenancy } from '../pipeline/tenancy.js';
import type { RequestFacts } from '../observability/auth-event.js';
import type { AuthEvents } from '../observability/auth-events.js';
import { callerFactsOf } from '../observability/caller-facts.js';
import { decide, type DecisionSettings } from '../policy/decide.js';
import { mayActAs, type Impersonation } from '../policy/impersonation.js';
import type { RoutePolicy } from '../policy/route-policy.js';
import { exchangeOf, type Exchange, type RefusalStyles } from '../transports/exchange.js';
import { unsupportedContext } from '../transports/unsupported-context.js';
import type { Judge } from './judge.js';
import { requestFactsOf } from './request-facts.js';
import type { RoutePolicies } from './route-policies.js';
import { labelOf, Visit, type Gatekeeper, type Target } from './visit.js';

/** What the module's options say of the guards. */
export interface GateSettings {
  readonly events: AuthEvents;
  readonly styles: RefusalStyles;
  readonly rules: DecisionSettings;
  readonly judge: Judge;
  /** `undefined` where requests address no tenants. */
  readonly tenancy: Tenancy | undefined;
  readonly impersonation: Impersonation;
  /** Whose word on their callers is taken. */
  readonly trustedServices: readonly TrustedService[];
  /** What those say beside. */
  readonly stripHeaders: readonly string[];
  /** The property of the request that shows the caller to other packages; `null` for none. */
  readonly requestProperty: string | null;
}

/** Stands for what was declared where that cannot be told; it is only ever used to refuse. */
const UNKNOWN: RoutePolicy = Object.freeze({
  opening: undefined,
  declaredOn: [],
  accepts: undefined,
  requirements: [],
  rules: [],
  exempted: [],
  scopes: [],
  contextHeaders: {},
});

/** What both guards share: looking a request up, letting it in, and turning it away. */
export class Gate implements Gatekeeper {
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
    const target = { controller: context.getClass(), handler: context.getHandler() };
    const exchange = exchangeOf(context);
    if (!exchange) {
      this.#admitWithoutExchange(target);
      return;
    }
    const addressed = this.#addressedBy(exchange);
    const before = this.#visitBefore(exchange, addressed);
    if (before?.isTo(target) && before.principal) return before;
    const visit = this.#begin(exchange, target);
    visit.addressed = addressed;
    if (isPublic(visit.policy)) {
      rememberAuth(exchange.key, visit);
      return;
    }
    // Nobody is let in as nobody because another handler lets nobody in, nor by what it accepts.
    const isKnown = before?.principal !== undefined && before.principal.kind !== 'anonymous';
    if (isKnown && isSameAcceptance(before.policy, visit.policy)) {
      visit.principal = before.principal;
      rememberAuth(exchange.key, visit);
    }
    return visit;
  }

  /**
   * Lets the rest of the application know who is calling.
   *
   * @throws When somebody acts as the caller, where nobody may.
   */
  admit(visit: Visit, principal: AuthenticatedPrincipal): true {
    if (this.#settings.impersonation !== 'allow') this.#assertItself(visit, principal);
    this.#remember(visit, principal);
    const { events } = this.#settings;
    if (events.hasListeners) {
      events.emit({ type: 'auth.authenticated', ...requestFactsOf(visit), principal });
    }
    return true;
  }

  /**
   * Lets in who could not be authenticated, where that is declared and the failure is the caller's.
   *
   * @throws Otherwise.
   */
  admitAnonymous(visit: Visit, failure: AuthError): true {
    const { opening } = visit.policy;
    const isBad = !(failure instanceof MissingCredential);
    const isWelcome = opening?.kind === 'optional' && (!isBad || opening.onInvalid === 'anonymous');
    const principal = isWelcome ? anonymousAfter(failure) : undefined;
    if (!principal) throw this.refuse(visit, failure);
    this.#remember(visit, principal);
    const { events } = this.#settings;
    if (events.hasListeners) {
      const { reason } = failure;
      events.emit({ type: 'auth.anonymous', ...requestFactsOf(visit), reason });
    }
    return true;
  }

  /**
   * Decides whether a principal may reach the handler.
   *
   * @throws When not; and whatever a policy throws.
   */
  decide(visit: Visit, principal: Principal): MaybePromise<true> {
    const { rules, judge } = this.#settings;
    const decision = decide(visit.policy, principal, rules);
    if (!decision.allowed) throw this.refuse(visit, new Forbidden(decision.reason, decision));
    if (visit.policy.rules.length === 0) return true;
    return whenReady(judge.judge(visit, principal), (failure) => {
      if (failure) throw this.refuse(visit, failure);
      return true as const;
    });
  }

  /** The exception that turns the request away; each reason goes to the events once for a request. */
  refuse(visit: Visit, failure: AuthError): Error {
    if (!visit.refusals.some(({ reason }) => reason === failure.reason)) {
      visit.refusals.push(failure);
      // For whoever looks at the answer: of nobody's principal, nobody makes anything.
      rememberAuth(visit.exchange.key, visit);
      const principal = visit.principal ?? failure.principal;
      this.#report(failure, requestFactsOf(visit, principal), principal);
    }
    return visit.exchange.refuse(failure, this.#settings.styles, visit.policy.scopes);
  }

  /** What the caller says of its own caller, where it is trusted to. */
  forwardedContextOf({ principal, exchange }: Visit): ForwardedContext | undefined {
    if (!principal || !isTrusted(this.#settings.trustedServices, principal)) return;
    const headers = takenFrom(exchange.key);
    return headers && forwardedContextOf(headers, this.#settings.stripHeaders);
  }

  #assertItself(visit: Visit, principal: Principal): void {
    const { impersonation } = this.#settings;
    if (mayActAs(principal, impersonation, visit.exchange.request.method)) return;
    const detail = `impersonation: ${impersonation}`;
    throw this.refuse(visit, new Forbidden('impersonation_denied', { detail, principal }));
  }

  #remember(visit: Visit, principal: Principal): void {
    const { exchange } = visit;
    const { requestProperty } = this.#settings;
    visit.principal = principal;
    rememberAuth(exchange.key, visit);
    // Others take whatever is there for somebody who is logged in.
    const isShown = requestProperty !== null && principal.kind !== 'anonymous';
    if (isShown) exchange.expose(requestProperty, userOf(principal) ?? principal);
  }

  /** A public handler answers whomever, and however the request came. */
  #admitWithoutExchange(target: Target): void {
    const policy = this.#policies.of(target);
    if (policy && isPublic(policy)) return;
    const failure = new Forbidden('unsupported_context');
    this.#report(failure, {
      ...{ handler: labelOf(target), route: undefined },
      ...{ requestId: currentScope()?.requestId(), milliseconds: 0 },
      ...callerFactsOf(undefined),
    });
    throw unsupportedContext(failure);
  }

  #addressedBy({ request }: Exchange): AddressedTenant {
    return this.#settings.tenancy?.addressed(request);
  }

  /** What the guards of another application established does not count, nor what holds in another tenant. */
  #visitBefore({ key }: Exchange, addressed: AddressedTenant): Visit | undefined {
    const before = authOf(key);
    const isOurs = before instanceof Visit && before.establishedBy === this;
    return isOurs && before.addressed === addressed ? before : undefined;
  }

  #begin(exchange: Exchange, target: Target): Visit {
    const policy = this.#policies.of(target);
    const visit = new Visit(this, { exchange, policy: policy ?? UNKNOWN }, target);
    if (this.#settings.events.hasListeners) visit.startedAt = performance.now();
    if (!policy) throw this.refuse(visit, new Forbidden('unknown_handler'));
    return visit;
  }

  #report(failure: AuthError, request: RequestFacts, principal?: Principal): void {
    const { code, reason, detail, cause } = failure;
    const { events } = this.#settings;
    const facts = { ...request, code, reason, detail, cause };
    if (failure instanceof AuthUnavailable) events.emit({ type: 'auth.unavailable', ...facts });
    else events.emit({ type: 'auth.denied', ...facts, principal });
  }
}

function isSameAcceptance({ accepts: one }: RoutePolicy, { accepts: other }: RoutePolicy): boolean {
  return one?.mode === other?.mode && String(one?.names) === String(other?.names);
}

function isPublic({ opening }: RoutePolicy): boolean {
  return opening?.kind === 'public';
}
