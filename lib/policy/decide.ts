import type { Decision, DenialReason } from '../core/decision.js';
import type { Principal } from '../core/principal.js';
import type { AuthorityKind } from './requirement.js';
import type { RoutePolicy, RouteRequirement } from './route-policy.js';
import { holds } from './rule.js';
import { requirementInWords } from './words.js';

/** What holds for every handler. */
export interface DecisionSettings {
  /** Whether a handler for which nothing is declared is closed to everybody. */
  readonly denyUndeclared: boolean;
  /** Whoever has one of these has every role and every permission; a scope still narrows. */
  readonly superRoles: readonly string[];
}

const ALLOWED: Decision = Object.freeze({ allowed: true });

const UNDECLARED: Decision = Object.freeze({
  allowed: false,
  reason: 'undeclared_route',
  detail: 'a declaration',
});

const DENIED: Readonly<Record<AuthorityKind, DenialReason>> = {
  roles: 'insufficient_role',
  permissions: 'insufficient_permission',
  scopes: 'insufficient_scope',
};

/** Measures a principal against what a handler requires. Names are compared exactly. */
export function decide(
  policy: RoutePolicy,
  principal: Principal,
  settings: DecisionSettings,
): Decision {
  if (settings.denyUndeclared && policy.declaredOn.length === 0) return UNDECLARED;
  for (const requirement of policy.requirements) {
    if (!isMet(requirement, principal, settings)) {
      const detail = requirementInWords(requirement);
      return { allowed: false, reason: DENIED[requirement.kind], detail };
    }
  }
  return ALLOWED;
}

/** Whether a role of the principal stands for every role and permission. */
export function isSuper({ roles }: Principal, { superRoles }: DecisionSettings): boolean {
  for (const role of superRoles) if (roles.has(role)) return true;
  return false;
}

function isMet(
  requirement: RouteRequirement,
  principal: Principal,
  settings: DecisionSettings,
): boolean {
  if (holds(principal, requirement)) return true;
  return requirement.kind !== 'scopes' && isSuper(principal, settings);
}
