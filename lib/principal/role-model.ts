/** What roles bring with them. */
export interface RoleModel {
  /** Per role, the roles that come with it, and those that come with these: all of them. */
  readonly roles: ReadonlyMap<string, readonly string[]>;
  /** Per role, the permissions that come with it. */
  readonly permissions: ReadonlyMap<string, readonly string[]>;
  /** Whether whoever is in no organization has no roles. */
  readonly withinOrganization: boolean;
}

/** What a caller was given. */
export interface GivenAuthorities {
  readonly organizationId: string | undefined;
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
}

/** Roles that mean no more than their names. */
export const PLAIN_ROLES: RoleModel = Object.freeze({
  roles: new Map(),
  permissions: new Map(),
  withinOrganization: false,
});

/** What a caller has, by what was given and what comes with it. */
export function expandAuthorities(
  { organizationId, roles: given, permissions }: GivenAuthorities,
  model: RoleModel,
): Pick<GivenAuthorities, 'roles' | 'permissions'> {
  if (model.withinOrganization && organizationId === undefined) return { roles: [], permissions };
  if (model.roles.size === 0 && model.permissions.size === 0) return { roles: given, permissions };
  const roles = given.flatMap((role) => [role, ...(model.roles.get(role) ?? [])]);
  const implied = roles.flatMap((role) => model.permissions.get(role) ?? []);
  return { roles, permissions: [...permissions, ...implied] };
}
