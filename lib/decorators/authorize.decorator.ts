import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import { ownMembers } from '../core/own-property.js';
import type { DeclaredRule } from '../policy/declaration.js';
import type { PolicyClass } from '../policy/policy.js';
import type { Rule } from '../policy/rule.js';
import { SAFE_METHODS } from '../policy/safe-methods.js';
import { declare, type AuthDecorator } from './declarations.js';
import { refuseUnknown } from './known-options.js';
import {
  owner,
  OWNER_OPTIONS,
  policy,
  sameOrganization,
  type OwnerOptions,
} from './policy-rules.js';

/** What becomes of whoever does not meet a rule. */
export interface RuleOptions {
  /**
   * Answer 404, as if there were no such resource, instead of 403.
   *
   * @default false
   */
  readonly hide?: boolean;
  /**
   * Let them in, and tell of it (`auth.would_deny`): for a rule that is to prove itself first.
   *
   * @default false
   */
  readonly dryRun?: boolean;
  /**
   * The methods of HTTP that it does not bear on, as `['GET']` on a class whose documents anybody who
   * is authenticated may read: of those that change nothing, GET, HEAD and OPTIONS. It never exempts
   * from authentication, nor a handler of every method.
   *
   * @default none
   * @see RFC 9110 section 9.2.1
   */
  readonly safeMethods?: readonly (typeof SAFE_METHODS)[number][];
}

/**
 * Requires that a policy, or a combination of rules, allows it: `@Authorize(MayRead, { id:
 * arg('params.id') })`, `@Authorize(anyOf(hasRole('admin'), owner({ … })))`.
 *
 * Given twice on one target, both must be met; on a handler it replaces `@Authorize` of the class, and
 * nothing else. Roles, permissions and scopes are decided first.
 *
 * @throws {AuthConfigurationError} When it is given neither.
 * @publicApi
 */
export function Authorize(rule: Rule, options?: RuleOptions): AuthDecorator;
export function Authorize<Args extends object>(
  policyClass: PolicyClass<Args>,
  args?: Args,
  options?: RuleOptions,
): AuthDecorator;
export function Authorize(
  given: Rule | PolicyClass,
  second?: object,
  third?: RuleOptions,
): AuthDecorator {
  if (typeof given === 'object' && (given as Rule | null) && Object.hasOwn(given, 'kind')) {
    return requireRule('Authorize', given, second ?? {});
  }
  assertNoOptions(second ?? {});
  return requireRule('Authorize', policy(given as PolicyClass, second ?? {}), third ?? {});
}

/**
 * Requires that the caller owns a resource, which is loaded once and handed to the handler
 * (`@Resource()`): `@Owner({ load: Documents, id: 'params.id', field: 'authorId', hide: true })`.
 *
 * @throws {AuthConfigurationError} When an option is none.
 * @publicApi
 */
export function Owner<T extends object>(options: OwnerOptions<T> & RuleOptions): AuthDecorator {
  const { hide = false, dryRun = false, safeMethods = [], ...others } = ownMembers(options);
  refuseUnknown('@Owner', others, [...OWNER_OPTIONS, ...OPTIONS]);
  return requireRule('Owner', owner(others as OwnerOptions<T>), { hide, dryRun, safeMethods });
}

/**
 * Requires that the caller's organization is the one the request names: `@SameOrg('params.orgId')`.
 *
 * @throws {AuthConfigurationError} When the text is no path to an argument.
 * @publicApi
 */
export function SameOrg(path: string, options: RuleOptions = {}): AuthDecorator {
  return requireRule('SameOrg', sameOrganization(path), options);
}

/** Makes a decorator, which is a kind of its own, of a rule. */
export function requireRule(
  decorator: string,
  rule: Rule,
  options: RuleOptions = {},
): AuthDecorator {
  return declare(decorator, ({ rules }, target) => {
    const declared = { rule, ...checked(`@${decorator} on ${target}`, options) };
    // Decorators are applied from the bottom up, and rules asked as they are read.
    rules.set(decorator, [declared, ...(rules.get(decorator) ?? [])]);
  });
}

/** @throws {AuthConfigurationError} When one of them is none, or has no such value. */
function checked(spelling: string, options: RuleOptions): Omit<DeclaredRule, 'rule'> {
  const given = ownMembers(options);
  refuseUnknown(spelling, given, OPTIONS);
  const { hide = false, dryRun = false, safeMethods = [] } = given;
  for (const [name, value] of Object.entries({ hide, dryRun })) {
    if (typeof value === 'boolean') continue;
    throw new AuthConfigurationError(
      `${spelling}: ${name}`,
      'is no boolean',
      'Give true or false.',
    );
  }
  assertSafe(`${spelling}: safeMethods`, safeMethods);
  return { hide, dryRun, safeMethods: [...safeMethods] };
}

/** @throws {AuthConfigurationError} Unless it is a list of methods that change nothing. */
function assertSafe(option: string, methods: unknown): void {
  const known: readonly unknown[] = SAFE_METHODS;
  const strangers = Array.isArray(methods) ? methods.filter((each) => !known.includes(each)) : [];
  if (Array.isArray(methods) && strangers.length === 0) return;
  const [first] = strangers as readonly unknown[];
  const listed = typeof first === 'string' ? JSON.stringify(first) : 'something that is no text';
  throw new AuthConfigurationError(
    option,
    strangers.length === 0 ? 'is no list' : `lists ${listed}`,
    `List ${SAFE_METHODS.join(', ')}, in upper case: only these change nothing (RFC 9110 section 9.2.1).`,
  );
}

/** @throws {AuthConfigurationError} When options stand where the arguments of the policy do. */
function assertNoOptions(args: object): void {
  const names = Object.keys(args);
  if (names.length === 0 || !names.every((name) => OPTIONS.includes(name))) return;
  throw new AuthConfigurationError(
    '@Authorize',
    'has its options where the arguments of the policy stand',
    'Give the arguments first: @Authorize(Policy, {}, { hide: true }).',
  );
}

const OPTIONS: readonly string[] = ['hide', 'dryRun', 'safeMethods'];
