import { HttpException, NotFoundException } from '@nestjs/common';
import { AuthError, AuthUnavailable, Forbidden, Hidden } from '../core/auth-error.js';
import { inTime } from '../core/in-time.js';
import { isPending, type MaybePromise } from '../core/maybe-promise.js';
import type { Principal } from '../core/principal.js';
import type { AuthEvents } from '../observability/auth-events.js';
import { isSuper, type DecisionSettings } from '../policy/decide.js';
import type { RouteRule } from '../policy/route-policy.js';
import { evaluate, type Answer, type CheckContext } from '../policy/rule.js';
import { inWords } from '../policy/words.js';
import type { Visit } from './visit.js';

/** What the rules of handlers rest on. */
export interface JudgeSettings {
  readonly events: AuthEvents;
  /** The instance of a class in the application's container. @throws When there is none. */
  readonly instanceOf: (token: unknown) => unknown;
  readonly rules: DecisionSettings;
  /** How long a rule may take, in milliseconds. */
  readonly timeoutMs: number;
}

/** Asks the rules of a handler, one after the other, whether a principal may reach it. */
export class Judge {
  readonly #settings: JudgeSettings;

  constructor(settings: JudgeSettings) {
    this.#settings = settings;
  }

  /**
   * @returns Why not, and nothing where every rule is met.
   * @throws Whatever a policy throws.
   */
  judge(visit: Visit, principal: Principal): MaybePromise<AuthError | undefined> {
    const { rules } = visit.policy;
    if (rules.length === 0) return undefined;
    const context = this.#contextOf(visit, principal);
    return this.#askFrom(0, { visit, context });
  }

  #askFrom(
    first: number,
    on: { readonly visit: Visit; readonly context: CheckContext },
  ): MaybePromise<AuthError | undefined> {
    for (const [index, rule] of on.visit.policy.rules.entries()) {
      if (index < first) continue;
      const failure = this.#ask(rule, on);
      if (isPending(failure)) {
        return failure.then((awaited) => awaited ?? this.#askFrom(index + 1, on));
      }
      if (failure) return failure;
    }
    return undefined;
  }

  #ask(
    rule: RouteRule,
    on: { readonly visit: Visit; readonly context: CheckContext },
  ): MaybePromise<AuthError | undefined> {
    const weigh = (answer: Answer): AuthError | undefined => this.#verdict(rule, answer, on.visit);
    const fail = (failure: unknown): AuthError | undefined =>
      this.#failure(rule, failure, on.visit);
    try {
      const answer = evaluate(rule.rule, on.context);
      // What settles too late is not listened to any more.
      return isPending(answer) ? this.#inTime(answer).then(weigh, fail) : weigh(answer);
    } catch (failure) {
      return fail(failure);
    }
  }

  /** @throws {AuthUnavailable} When it takes too long. */
  #inTime<T>(pending: Promise<T>): Promise<T> {
    return inTime(pending, this.#settings.timeoutMs, () => unavailable('policy_timeout'));
  }

  #verdict(rule: RouteRule, answer: Answer, visit: Visit): AuthError | undefined {
    if (answer === true) return undefined;
    const detail = inWords(rule.rule);
    const refusal = rule.hide ? new Hidden({ detail }) : new Forbidden('policy_denied', { detail });
    if (!rule.dryRun) return refusal;
    this.#tell(refusal, detail, visit);
    return undefined;
  }

  /** What was thrown is no verdict, unless it is one of ours: a policy that fails lets nobody in. */
  #failure(rule: RouteRule, failure: unknown, visit: Visit): AuthError | undefined {
    const detail = inWords(rule.rule);
    if (rule.dryRun) {
      const isOurs = failure instanceof AuthError;
      this.#tell(isOurs ? failure : unavailable('policy_failed', failure), detail, visit);
      return undefined;
    }
    if (failure instanceof AuthError) return failure;
    // Whether there is no such thing, or it is another's, is not to be told apart.
    if (rule.hide && failure instanceof NotFoundException) return new Hidden({ detail });
    // An answer of the application's own, such as the 404 of what loads the resource.
    if (!(failure instanceof HttpException)) this.#report(failure, visit);
    throw failure;
  }

  #tell({ reason }: AuthError, detail: string, { handler, requestId, principal }: Visit): void {
    if (!principal) return;
    this.#settings.events.emit({
      type: 'auth.would_deny',
      ...{ handler, requestId, reason, detail, principal },
    });
  }

  #report(cause: unknown, { handler, requestId }: Visit): void {
    const { code, reason, detail } = unavailable('policy_failed', cause);
    this.#settings.events.emit({
      type: 'auth.unavailable',
      ...{ handler, requestId, code, reason, detail, cause },
    });
  }

  #contextOf(visit: Visit, principal: Principal): CheckContext {
    const { exchange, handler } = visit;
    return {
      principal,
      isSuper: isSuper(principal, this.#settings.rules),
      transport: exchange.transport,
      handler,
      argument: (path) => exchange.argument(path),
      instanceOf: this.#settings.instanceOf,
      provide: (resource) => {
        visit.resource = resource;
      },
    };
  }
}

function unavailable(reason: 'policy_failed' | 'policy_timeout', cause?: unknown): AuthUnavailable {
  return new AuthUnavailable(reason, { cause, retryAfterSeconds: 1 });
}
