import { ownMembers } from '../../core/own-property.js';
import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import { compileRoleMap } from '../../decorators/role-map.decorator.js';
import type { DecisionSettings } from '../../policy/decide.js';
import type { CompiledRoleMap } from '../../policy/role-map.js';
import type { RoleModel } from '../../principal/role-model.js';
import type { AuthModuleOptions } from './auth-options.js';
import type { RoleOptions } from './authorization-options.js';
import { assertObject, assertSeconds, refuseUnknown, resolveBoolean } from './option-checks.js';

/** What the options say of deciding. */
export interface ResolvedAuthorization {
  readonly rules: DecisionSettings;
  readonly roleModel: RoleModel;
  readonly roleMap: CompiledRoleMap | undefined;
  readonly policyTimeoutMs: number;
  readonly strictReport: boolean;
}

/** @throws {AuthConfigurationError} */
export function resolveAuthorization(options: AuthModuleOptions): ResolvedAuthorization {
  const roles = resolveRoles(options);
  return {
    rules: {
      denyUndeclared: resolveUndeclared(options),
      superRoles: resolveSuper(roles.super),
      machinesDeclaredOnly: resolveMachines(options),
    },
    roleModel: {
      roles: closureOf(resolveMap('roles.hierarchy', roles.hierarchy)),
      permissions: resolveMap('roles.permissions', roles.permissions),
      withinOrganization: resolveBoolean('roles.withinOrganization', roles.withinOrganization),
    },
    roleMap: resolveRoleMap(options),
    policyTimeoutMs: resolveTimeout(options),
    strictReport: resolveStrict(options),
  };
}

function resolveRoleMap({ roleMap }: AuthModuleOptions): CompiledRoleMap | undefined {
  return roleMap === undefined ? undefined : compileRoleMap('roleMap', roleMap);
}

function resolveUndeclared({ undeclaredRoutes = 'authenticated' }: AuthModuleOptions): boolean {
  if (['authenticated', 'deny'].includes(undeclaredRoutes)) return undeclaredRoutes === 'deny';
  throw new AuthConfigurationError(
    'undeclaredRoutes',
    "is neither 'authenticated' nor 'deny'",
    'Give one of the two, or leave it out.',
  );
}

function resolveMachines({ machineCredentials = 'anywhere' }: AuthModuleOptions): boolean {
  if (['anywhere', 'declared-only'].includes(machineCredentials)) {
    return machineCredentials === 'declared-only';
  }
  throw new AuthConfigurationError(
    'machineCredentials',
    'is unknown',
    "Give 'anywhere' or 'declared-only'.",
  );
}

function resolveRoles({ roles = {} }: AuthModuleOptions): RoleOptions {
  assertObject('roles', roles, "Give an object: roles: { hierarchy: { admin: ['editor'] } }.");
  refuseUnknown('roles', roles, ['hierarchy', 'permissions', 'super', 'withinOrganization']);
  return ownMembers(roles);
}

function resolveTimeout({ policies = {} }: AuthModuleOptions): number {
  assertObject('policies', policies, 'Give an object: policies: { timeoutSeconds: 3 }.');
  refuseUnknown('policies', policies, ['timeoutSeconds']);
  const { timeoutSeconds = 3 } = ownMembers(policies);
  assertSeconds('policies.timeoutSeconds', timeoutSeconds, { min: 0.1, max: 60 });
  return timeoutSeconds * 1000;
}

function resolveStrict({ report = {} }: AuthModuleOptions): boolean {
  assertObject('report', report, 'Give an object: report: { strict: true }.');
  refuseUnknown('report', report, ['strict']);
  return resolveBoolean('report.strict', ownMembers(report).strict);
}

function resolveSuper(given: unknown = []): readonly string[] {
  if (isListOfNames(given)) return given;
  throw notNames('roles.super');
}

function resolveMap(option: string, given: unknown = {}): ReadonlyMap<string, readonly string[]> {
  assertObject(
    option,
    given,
    `Give an object: ${option.replace('.', ': { ')}: { admin: [...] } }.`,
  );
  const entries = Object.entries(given);
  for (const [role, names] of entries) {
    if (!isName(role) || !isListOfNames(names)) throw notNames(`${option}.${role}`);
  }
  return new Map(entries as [string, readonly string[]][]);
}

/** @throws {AuthConfigurationError} When a role comes with itself. */
function closureOf(
  hierarchy: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, readonly string[]> {
  return new Map([...hierarchy.keys()].map((role) => [role, below(role, hierarchy)]));
}

function below(role: string, hierarchy: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const found = new Set(hierarchy.get(role));
  // A set that grows is walked to its end, and takes up nothing twice.
  for (const each of found) for (const next of hierarchy.get(each) ?? []) found.add(next);
  if (!found.has(role)) return [...found];
  throw new AuthConfigurationError(
    `roles.hierarchy.${role}`,
    'comes with itself',
    'Remove the circle: a role comes with lesser ones.',
  );
}

function isListOfNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isName);
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.trim() === value;
}

function notNames(option: string): AuthConfigurationError {
  return new AuthConfigurationError(
    option,
    'is no list of names',
    'Give a list of texts, without space around them.',
  );
}
