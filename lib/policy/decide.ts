import type { Decision, Denial, DenialReason } from '../core/decision.js';
import type { Principal } from '../core/principal.js';
import type { AuthorityKind, Requirement } from './requirement.js';
import type { RoutePolicy, RouteRequirement } from './route-policy.js';
import { holds } from './rule.js';
import { requirementInWords } from './words.js';

/** What holds for every handler. */
export interface DecisionSettings {
  /** Whether a handler for which nothing is declared is closed to everybody. */
  readonly denyUndeclared: boolean;
  /** Whoever has one of these has every role and every permission; a scope still narrows. */
  readonly superRoles: readonly string[];
  /** Whether programs enter only where it is declared that they may. */
  readonly machinesDeclaredOnly: boolean;
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
  const refused = refusedEntry(policy.accepts, principal, settings);
  if (refused) return refused;
  for (const requirement of policy.requirements) {
    if (!isMet(requirement, principal, settings)) {
      const detail = requirementInWords(requirement);
      return { allowed: false, reason: DENIED[requirement.kind], detail };
    }
  }
  return ALLOWED;
}

/** By which name `@Accepts` lets programs in that authenticate as clients of an issuer. */
export const SERVICE = 'service';

/**
 * What was presented is looked at before it is verified; for whom it stands is known only now.
 *
 * @returns `undefined` where it may enter.
 */
export function refusedEntry(
  accepts: Requirement | undefined,
  principal: Principal,
  { machinesDeclaredOnly }: DecisionSettings,
): Denial | undefined {
  if (principal.kind === 'anonymous') return;
  const isMachine = principal.kind !== 'user';
  const mayEnter = accepts
    ? isNamed(accepts, principal, machinesDeclaredOnly)
    : !(isMachine && machinesDeclaredOnly);
  if (mayEnter) return;
  const detail = accepts ? `accepts ${requirementInWords(accepts)}` : 'a declaration by @Accepts';
  return { allowed: false, reason: isMachine ? 'machine_not_declared' : 'policy_denied', detail };
}

function isNamed(
  { names }: Requirement,
  { kind, credentialKind = '' }: Principal,
  machinesDeclaredOnly: boolean,
): boolean {
  if (kind === 'service' && names.includes(SERVICE)) return true;
  return names.includes(credentialKind) && !(kind === 'service' && machinesDeclaredOnly);
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
