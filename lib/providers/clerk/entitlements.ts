import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import { ownProperty } from '../../core/own-property.js';
import type { AuthDecorator } from '../../decorators/declarations.js';
import { requireRule, type RuleOptions } from '../../decorators/authorize.decorator.js';
import type { Rule } from '../../policy/rule.js';
import { splitElements, type ScopedName } from './permission-bits.js';
import { sessionOf } from './session-of.js';

/**
 * Requires a feature of Clerk's billing, of the active organization's plan or the user's:
 * `@RequireFeature('exports')`; of one of them, `o:exports` or `u:exports`.
 *
 * @throws {AuthConfigurationError} When it is no name.
 * @publicApi
 */
export function RequireFeature(name: string, options?: RuleOptions): AuthDecorator {
  return requireRule('RequireFeature', entitlement('feature', 'fea', name), options);
}

/**
 * Requires a plan of Clerk's billing: `@RequirePlan('gold')`, `@RequirePlan('o:team')`.
 *
 * @throws {AuthConfigurationError} When it is no name.
 * @publicApi
 */
export function RequirePlan(name: string, options?: RuleOptions): AuthDecorator {
  return requireRule('RequirePlan', entitlement('plan', 'pla', name), options);
}

function entitlement(what: 'feature' | 'plan', claim: 'fea' | 'pla', asked: string): Rule {
  const { name, isMeant } = parsed(what, asked);
  return {
    kind: 'check',
    label: `${what} ${asked}`,
    needs: [],
    run: ({ principal }) => {
      const claims = sessionOf(principal);
      const held = claims && splitElements(ownProperty(claims, claim));
      return held?.some((each) => each.name === name && isMeant(each)) ?? false;
    },
  };
}

interface Asked {
  readonly name: string;
  /** Whether it is that of whoever was asked for. */
  readonly isMeant: (held: ScopedName) => boolean;
}

const OWNERS: ReadonlyMap<string, Asked['isMeant']> = new Map([
  ...['o', 'org', 'organization'].map((scope) => [scope, ofOrganization] as const),
  ...['u', 'user'].map((scope) => [scope, ofUser] as const),
]);

function ofOrganization(held: ScopedName): boolean {
  return held.ofOrganization;
}

function ofUser(held: ScopedName): boolean {
  return held.ofUser;
}

function parsed(what: 'feature' | 'plan', asked: unknown): Asked {
  const [, scope, name = ''] =
    /^(?:([^:,\s]+):)?([^:,\s]+)$/.exec(typeof asked === 'string' ? asked : '') ?? [];
  const isMeant =
    scope === undefined
      ? (held: ScopedName) => held.ofOrganization || held.ofUser
      : OWNERS.get(scope);
  if (name !== '' && isMeant) return { name, isMeant };
  throw new AuthConfigurationError(
    what === 'feature' ? '@RequireFeature' : '@RequirePlan',
    `names no ${what}`,
    `Give one name, as the dashboard has it: 'exports', or 'o:exports' of the organization, 'u:exports' of the user.`,
  );
}
