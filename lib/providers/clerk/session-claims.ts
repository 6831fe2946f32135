import type { Claims } from '../../core/claims.js';
import { ownMembers, ownProperty } from '../../core/own-property.js';
import type { ClaimMap } from '../../principal/claim-map.js';
import { grantedPermissions, splitElements } from './permission-bits.js';

/** Whatever else a token has: a role or a permission is that of the active organization. */
export function sessionClaims(onAmbiguous: () => void): ClaimMap {
  return {
    subject: 'sub',
    organizationId: (claims) => readOrganization(claims)?.id,
    roles: (claims, { organizationId }) =>
      organizationId === undefined ? null : named([readOrganization(claims)?.role]),
    permissions: (claims, { organizationId }) =>
      organizationId === undefined ? null : named(permissionsOf(claims, onAmbiguous)),
  };
}

/** The organization that is active in a session, as either version of its tokens has it. */
function readOrganization(claims: Claims): { id: unknown; role: unknown } | undefined {
  const version = versionOf(claims);
  if (version === 1) {
    return { id: ownProperty(claims, 'org_id'), role: ownProperty(claims, 'org_role') };
  }
  const { id, rol } = organizationIn(claims);
  return version === 2 ? { id, role: rol } : undefined;
}

function permissionsOf(claims: Claims, onAmbiguous: () => void): readonly unknown[] {
  if (versionOf(claims) === 1) {
    const listed = ownProperty(claims, 'org_permissions');
    return Array.isArray(listed) ? (listed as readonly unknown[]) : [];
  }
  const { per, fpm } = organizationIn(claims);
  const elements = splitElements(ownProperty(claims, 'fea'));
  if (!elements || typeof per !== 'string' || typeof fpm !== 'string') return [];
  const { permissions, isAmbiguous } = grantedPermissions(elements, { per, fpm });
  if (isAmbiguous) onAmbiguous();
  return permissions;
}

/** What a version says that is not known yet, nobody knows. */
function versionOf(claims: Claims): 1 | 2 | undefined {
  const version = ownProperty(claims, 'v');
  if (version === undefined) return 1;
  return version === 1 || version === 2 ? version : undefined;
}

function organizationIn(claims: Claims): Claims {
  const value = versionOf(claims) === 2 ? ownProperty(claims, 'o') : undefined;
  return ownMembers(typeof value === 'object' && value !== null ? (value as Claims) : {});
}

/** Either spelling is what Clerk's own check would accept: with `org:`, or without. */
function named(names: readonly unknown[]): readonly string[] {
  return names
    .filter((name) => typeof name === 'string')
    .map((name) => name.replace(/^(?:org:)+/, ''))
    .filter((bare) => bare !== '')
    .flatMap((bare) => [bare, `org:${bare}`]);
}
