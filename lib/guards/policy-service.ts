import { Forbidden, Hidden } from '../core/auth-error.js';
import type { Principal } from '../core/principal.js';
import { isSuper, type DecisionSettings } from '../policy/decide.js';
import { evaluate, type Rule } from '../policy/rule.js';
import { inWords } from '../policy/words.js';
import { httpRefusal, type HttpRefusalStyle } from '../transports/http/http-refusal.js';

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

/** What the rules rest on, and how refusals look. */
interface PolicyServiceSettings {
  readonly rules: DecisionSettings;
  readonly style: HttpRefusalStyle;
  /** The instance of a class in the application's container. */
  readonly instanceOf: (token: unknown) => unknown;
}

/** Asks the rules that handlers declare from anywhere else: a service, a job, a message. */
export class PolicyService {
  readonly #settings: PolicyServiceSettings;

  constructor(settings: PolicyServiceSettings) {
    this.#settings = settings;
  }

  /**
   * Whether a rule is met: `allows(owner({ load: Documents }), { principal, args: { params: { id } } })`.
   * A resource that is not there is nobody's.
   *
   * @throws Whatever a policy throws.
   */
  async allows(rule: Rule, { principal, args = {} }: RuleSubject): Promise<boolean> {
    const { rules, instanceOf } = this.#settings;
    try {
      const answer = await evaluate(rule, {
        principal,
        isSuper: isSuper(principal, rules),
        transport: 'none',
        handler: 'PolicyService.allows',
        argument: (path) => path.read(args),
        instanceOf,
        provide: () => undefined,
      });
      return answer === true;
    } catch (failure) {
      if (failure instanceof Hidden) return false;
      throw failure;
    }
  }

  /**
   * @throws {ForbiddenException} When the rule is not met, with the body of a guard's refusal; its
   *   cause is an `AuthError` that says which. A resource that is not there is no exception: 403.
   * @throws Whatever a policy throws.
   */
  async assert(rule: Rule, subject: RuleSubject): Promise<void> {
    if (await this.allows(rule, subject)) return;
    const failure = new Forbidden('policy_denied', { detail: inWords(rule) });
    throw httpRefusal(failure, this.#settings.style, []).exception;
  }
}
