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
import type { Clock } from '../core/clock.js';
import { whenReady, type MaybePromise } from '../core/maybe-promise.js';
import { userOf, type AuthenticatedPrincipal, type Principal } from '../core/principal.js';
import type { AddressedTenant } from '../pipeline/addressed-tenant.js';
import type { Tenancy } from '../pipeline/tenancy.js';
import type { RequestFacts } from '../observability/auth-event.js';
import type { AuthEvents } from '../observability/auth-events.js';
import { callerFactsOf } from '../observability/caller-facts.js';
import { decide, type DecisionSettings } from '../policy/decide.js';
import { isSafeMethod, mayActAs, type Impersonation } from '../policy/impersonation.js';
import type { RoutePolicy } from '../policy/route-policy.js';
import type { Exchange, RefusalStyles } from '../transports/exchange.js';
import { rawRequest } from '../transports/http/raw-request.js';
import type { Transports } from '../transports/transports.js';
import { unknownHandler, unservedFailure } from './unserved.js';
import type { Judge } from './judge.js';
import type { AnsweredCall, OpenAnswers } from './open-answers.js';
import { RefusedLast } from './refused-last.js';
import { requestFactsOf } from './request-facts.js';
import type { RoutePolicies } from './route-policies.js';
import { ToldOnce } from './told-once.js';
import { labelOf, Visit, type Gatekeeper, type Target } from './visit.js';

/** What the module's options say of the guards. */
export interface GateSettings {
  readonly events: AuthEvents;
  readonly transports: Transports;
  readonly clock: Clock;
  readonly styles: RefusalStyles;
  readonly rules: DecisionSettings;
  readonly judge: Judge;
  /** `undefined` where requests address no tenants. */
  readonly tenancy: Tenancy | undefined;
  readonly impersonation: Impersonation;
  readonly answers: OpenAnswers;
  /** Whose word on their callers is taken. */
  readonly trustedServices: readonly TrustedService[];
  /** What those say beside. */
  readonly stripHeaders: readonly string[];
  /** The property of the request that shows the caller to other packages; `null` for none. */
  readonly requestProperty: string | null;
}

/** What is known of a refusal beside its failure. */
interface Known {
  readonly principal?: Principal | undefined;
  /** What is told in the place of a detail. */
  readonly hint?: string | undefined;
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
  isEventStream: false,
  contextHeaders: {},
});

/** What both guards share: looking a request up, letting it in, and turning it away. */
export class Gate implements Gatekeeper {
  readonly #policies: RoutePolicies;
  readonly #settings: GateSettings;
  readonly #told = new ToldOnce();
  readonly #refusedLast = new RefusedLast();

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
    const { transports } = this.#settings;
    const exchange = transports.exchangeOf(context);
    if (!exchange || isOfAnotherRequest(exchange)) {
      this.#admitWithoutExchange(context, target);
      return;
    }
    const addressed = this.#addressedBy(exchange);
    const here = this.#visitBefore(exchange.key, addressed);
    if (here?.isTo(target) && here.principal) return here;
    const visit = this.#begin(exchange, target);
    visit.addressed = addressed;
    if (isPublic(visit.policy)) {
      remember(visit);
      return;
    }
    this.#recall(visit, here);
    return visit;
  }

  /** Whoever is known to the request already is not asked again. */
  #recall(visit: Visit, here: Visit | undefined): void {
    const { exchange, addressed, policy } = visit;
    const isShared = exchange.shared !== exchange.key;
    const before = isShared ? this.#visitBefore(exchange.shared, addressed) : here;
    // Nobody is let in as nobody because another handler lets nobody in, nor by what it accepts.
    const principal = before?.principal;
    if (!principal || principal.kind === 'anonymous') return;
    if (!isSameAcceptance(before.policy, policy)) return;
    // What was let in to look is not let in to change something: both may come in one request.
    if (this.#settings.impersonation !== 'allow') this.#assertItself(visit, principal);
    visit.principal = principal;
    remember(visit);
  }

  /**
   * Lets the rest of the application know who is calling.
   *
   * @throws When somebody acts as the caller, where nobody may.
   */
  admit(visit: Visit, principal: AuthenticatedPrincipal): true {
    if (this.#settings.impersonation !== 'allow') this.#assertItself(visit, principal);
    this.#remember(visit, principal);
    this.#watch(visit, principal);
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
    const unmet = this.measure(visit, principal);
    if (unmet) throw this.refuse(visit, unmet);
    return whenReady(this.#settings.judge.judge(visit, principal), (failure) => {
      if (failure) throw this.refuse(visit, failure);
      visit.isLetIn = true;
      return true as const;
    });
  }

  /** Why a principal may not reach the handler, whatever it is asked for: policies are another matter. */
  measure({ policy }: Visit, principal: Principal): Forbidden | undefined {
    const decision = decide(policy, principal, this.#settings.rules);
    return decision.allowed ? undefined : new Forbidden(decision.reason, decision);
  }

  /** Whether a guard that came before has let this very call of its handler in: Nest calls some twice. */
  hasLetIn(context: ExecutionContext): boolean {
    const exchange = this.#settings.transports.exchangeOf(context);
    const here = exchange && authOf(exchange.key);
    if (!(here instanceof Visit) || here.establishedBy !== this) return false;
    return (
      here.isLetIn && here.isTo({ controller: context.getClass(), handler: context.getHandler() })
    );
  }

  /** Holds a refusal back until others who handle the same event are not ended by it. */
  refusedLast({ exchange }: Visit, look: () => MaybePromise<boolean>): MaybePromise<boolean> {
    return this.#refusedLast.of(exchange, look);
  }

  /** The exception that turns the request away; each reason goes to the events once for a request and a handler. */
  refuse(visit: Visit, failure: AuthError): Error {
    if (!visit.refusals.some(({ reason }) => reason === failure.reason)) {
      visit.refusals = [...visit.refusals, failure];
      // For whoever looks at the answer: of nobody's principal, nobody makes anything.
      remember(visit);
      const principal = visit.principal ?? failure.principal;
      if (this.#told.isFirst(visit, failure)) {
        const hint = failure instanceof MissingCredential ? visit.exchange.whyMissing : undefined;
        this.#report(failure, requestFactsOf(visit, principal), { principal, hint });
      }
    }
    return this.answer(visit, failure);
  }

  answer({ exchange, policy }: Visit, failure: AuthError): Error {
    return exchange.refuse(failure, this.#settings.styles, policy.scopes);
  }

  /** What the caller says of its own caller, where it is trusted to. */
  forwardedContextOf({ principal, exchange }: Visit): ForwardedContext | undefined {
    if (!principal || !isTrusted(this.#settings.trustedServices, principal)) return;
    const headers = takenFrom(exchange.key);
    return headers && forwardedContextOf(headers, this.#settings.stripHeaders);
  }

  get clock(): Clock {
    return this.#settings.clock;
  }

  #assertItself(visit: Visit, principal: Principal): void {
    const { impersonation } = this.#settings;
    const { isSafe, request } = visit.exchange;
    if (mayActAs(principal, impersonation, isSafe ?? isSafeMethod(request.method))) return;
    const detail = `impersonation: ${impersonation}`;
    throw this.refuse(visit, new Forbidden('impersonation_denied', { detail, principal }));
  }

  #remember(visit: Visit, principal: Principal): void {
    const { exchange } = visit;
    const { requestProperty } = this.#settings;
    visit.principal = principal;
    remember(visit);
    exchange.recognize?.(principal);
    // Others take whatever is there for somebody who is logged in.
    const isShown = requestProperty !== null && principal.kind !== 'anonymous';
    if (isShown) exchange.expose(requestProperty, userOf(principal) ?? principal);
  }

  #watch(visit: Visit, principal: Principal): void {
    const { response } = visit.exchange;
    if (!response) return;
    const { answers, events } = this.#settings;
    const { isEventStream } = visit.policy;
    const call = (): AnsweredCall => ({
      ...{ handler: visit.handler, route: visit.exchange.route },
      // Whoever is told of it later on is told what it is called now.
      requestId: events.hasListeners ? visit.requestId : undefined,
    });
    answers.watch({ response, principal, isEventStream, call });
  }

  /** A public handler answers whomever, and however the request came; others, where there is no caller to be. */
  #admitWithoutExchange(context: ExecutionContext, target: Target): void {
    const policy = this.#policies.of(target);
    if (policy && isPublic(policy)) return;
    const { transports, styles } = this.#settings;
    const type: string = context.getType();
    const isDeclared = transports.isWithoutCaller(type);
    if (isDeclared && policy && !isClosed(policy)) return;
    const isServed = transports.serves(type);
    const failure = unservedFailure(type, {
      ...{ isServed, isDeclared, policy },
      cure: transports.cureOf(context),
    });
    this.#report(failure, {
      ...{ handler: labelOf(target), route: undefined },
      ...{ requestId: currentScope()?.requestId(), milliseconds: 0 },
      ...callerFactsOf(undefined),
    });
    throw transports.refuse(context, failure, styles);
  }

  #addressedBy({ request }: Exchange): AddressedTenant {
    return this.#settings.tenancy?.addressed(request);
  }

  /** What the guards of another application established does not count, nor what holds in another tenant. */
  #visitBefore(key: object, addressed: AddressedTenant): Visit | undefined {
    const before = authOf(key);
    const isOurs = before instanceof Visit && before.establishedBy === this;
    return isOurs && before.addressed === addressed ? before : undefined;
  }

  #begin(exchange: Exchange, target: Target): Visit {
    const policy = this.#policies.of(target);
    const visit = new Visit(this, { exchange, policy: policy ?? UNKNOWN }, target);
    if (this.#settings.events.hasListeners) visit.startedAt = performance.now();
    if (!policy) throw this.refuse(visit, unknownHandler());
    return visit;
  }

  #report(failure: AuthError, request: RequestFacts, { principal, hint }: Known = {}): void {
    const { code, reason, detail = hint, cause } = failure;
    const { events } = this.#settings;
    const facts = { ...request, code, reason, detail, cause };
    if (failure instanceof AuthUnavailable) events.emit({ type: 'auth.unavailable', ...facts });
    else events.emit({ type: 'auth.denied', ...facts, principal });
  }
}

/** What several calls share tells who is calling, once that is known: what one of them lets in changes nothing for others. */
function remember(visit: Visit): void {
  const { key, shared } = visit.exchange;
  rememberAuth(key, visit);
  if (shared !== key && (visit.principal || !authOf(shared)?.principal))
    rememberAuth(shared, visit);
}

/**
 * Whether the request that a field of GraphQL was handed is not the one at hand: a `context` that is one
 * object for all requests holds the first of them, or the latest.
 */
function isOfAnotherRequest({ transport, shared }: Exchange): boolean {
  const at = transport === 'graphql' && rawRequest(shared) ? currentScope()?.request : undefined;
  return at !== undefined && rawRequest(at) !== undefined && at !== shared;
}

function isSameAcceptance({ accepts: one }: RoutePolicy, { accepts: other }: RoutePolicy): boolean {
  return one?.mode === other?.mode && String(one?.names) === String(other?.names);
}

function isPublic({ opening }: RoutePolicy): boolean {
  return opening?.kind === 'public';
}

/** Whether something is required of whoever calls. */
function isClosed({ opening, declaredOn }: RoutePolicy): boolean {
  return !opening && declaredOn.length > 0;
}
