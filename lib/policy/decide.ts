import type { Decision, DenialReason } from '../core/decision.js';
import type { Principal } from '../core/principal.js';
import type { AuthorityKind } from './requirement.js';
import type { RoutePolicy, RouteRequirement } from './route-policy.js';

const ALLOWED: Decision = Object.freeze({ allowed: true });

const DENIED: Readonly<Record<AuthorityKind, DenialReason>> = {
  roles: 'insufficient_role',
  permissions: 'insufficient_permission',
  scopes: 'insufficient_scope',
};

/** Measures a principal against what a handler requires. Names are compared exactly. */
export function decide({ requirements }: RoutePolicy, principal: Principal): Decision {
  for (const requirement of requirements) {
    if (!isMet(requirement, principal)) {
      const { kind, mode, names } = requirement;
      return { allowed: false, reason: DENIED[kind], detail: `${mode} of ${names.join(', ')}` };
    }
  }
  return ALLOWED;
}

function isMet({ kind, mode, names }: RouteRequirement, principal: Principal): boolean {
  const held = principal[kind];
  return mode === 'all'
    ? names.every((name) => held.has(name))
    : names.some((name) => held.has(name));
}
