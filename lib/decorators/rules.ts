import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import type { PermissionName, RoleName, ScopeName } from '../core/authority-names.js';
import type { AuthorityKind, Requirement } from '../policy/requirement.js';
import type { Rule } from '../policy/rule.js';
import { checkedNames, type Names } from './names.js';

/** Rules of which one is enough, asked in order. */
export function anyOf(...rules: readonly Rule[]): Rule {
  return { kind: 'anyOf', rules: notEmpty('anyOf', rules) };
}

/** Rules of which every one must be met, asked in order. */
export function allOf(...rules: readonly Rule[]): Rule {
  return { kind: 'allOf', rules: notEmpty('allOf', rules) };
}

/** The contrary of a rule. Where a policy gives no answer, its contrary gives none either: nobody gets in. */
export function not(rule: Rule): Rule {
  notEmpty('not', [rule]);
  return { kind: 'not', rule };
}

/** That the caller has one of these roles. */
export function hasRole(...names: Names<RoleName>): Rule {
  return authorities('hasRole', { kind: 'roles', mode: 'any' }, names);
}

/** That the caller has every one of these permissions. */
export function hasPermission(...names: Names<PermissionName>): Rule {
  return authorities('hasPermission', { kind: 'permissions', mode: 'all' }, names);
}

/** That the caller has every one of these scopes. */
export function hasScope(...names: Names<ScopeName>): Rule {
  return authorities('hasScope', { kind: 'scopes', mode: 'all' }, names);
}

function authorities(
  name: string,
  what: { readonly kind: AuthorityKind; readonly mode: Requirement['mode'] },
  given: Names<unknown>,
): Rule {
  return { ...what, names: checkedNames({ spelling: `${name}()`, kind: what.kind }, given.flat()) };
}

/** @throws {AuthConfigurationError} */
function notEmpty(name: string, rules: readonly unknown[]): readonly Rule[] {
  const isRule = (each: unknown): boolean =>
    typeof each === 'object' && each !== null && Object.hasOwn(each, 'kind');
  if (rules.length > 0 && rules.every(isRule)) return rules as readonly Rule[];
  throw new AuthConfigurationError(
    `${name}()`,
    rules.length === 0 ? 'combines nothing' : 'is given something that is no rule',
    'Give rules: hasRole(…), policy(…), owner(…), sameOrganization(…), or combinations of them.',
  );
}
