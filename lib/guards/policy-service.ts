import { ForbiddenException } from '@nestjs/common';
import { Forbidden, Hidden } from '../core/auth-error.js';
import type { Principal } from '../core/principal.js';
import { isSuper, type DecisionSettings } from '../policy/decide.js';
import { evaluate, type Rule } from '../policy/rule.js';
import { inWords } from '../policy/words.js';

/** What stands for the arguments of a request where there is none. */
export interface RuleArguments {
  readonly params?: object;
  readonly query?: object;
  readonly body?: object;
}

/** Whom to ask about, and with what. */
export interface RuleSubject {
  readonly principal: Principal;
  /** What `arg('params.id')` and the like find. Default: nothing. */
  readonly args?: RuleArguments;
}

/** Asks the rules that handlers declare from anywhere else: a service, a job, a message. */
export class PolicyService {
  readonly #rules: DecisionSettings;
  readonly #instanceOf: (token: unknown) => unknown;

  /** @param instanceOf The instance of a class in the application's container. */
  constructor(rules: DecisionSettings, instanceOf: (token: unknown) => unknown) {
    this.#rules = rules;
    this.#instanceOf = instanceOf;
  }

  /**
   * Whether a rule is met: `allows(owner({ load: Documents }), { principal, args: { params: { id } } })`.
   * A resource that is not there is nobody's.
   *
   * @throws Whatever a policy throws.
   */
  async allows(rule: Rule, { principal, args = {} }: RuleSubject): Promise<boolean> {
    try {
      const answer = await evaluate(rule, {
        principal,
        isSuper: isSuper(principal, this.#rules),
        transport: 'none',
        handler: 'PolicyService.allows',
        argument: (path) => path.read(args),
        instanceOf: this.#instanceOf,
        provide: () => undefined,
      });
      return answer === true;
    } catch (failure) {
      if (failure instanceof Hidden) return false;
      throw failure;
    }
  }

  /**
   * @throws {ForbiddenException} When the rule is not met; its cause is an `AuthError` that says which.
   * @throws Whatever a policy throws.
   */
  async assert(rule: Rule, subject: RuleSubject): Promise<void> {
    if (await this.allows(rule, subject)) return;
    const cause = new Forbidden('policy_denied', { detail: inWords(rule) });
    throw new ForbiddenException(cause.message, { cause });
  }
}
