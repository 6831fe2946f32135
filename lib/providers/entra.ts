import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import { Forbidden } from '../core/auth-error.js';
import type { Claims } from '../core/claims.js';
import { ownProperty } from '../core/own-property.js';
import type { IdentityProvider } from '../module/options/identity-provider.js';
import type { IssuerOptions } from '../module/options/issuer-options.js';
import { resolveBoolean } from '../module/options/option-checks.js';
import { audienceOf, issuerWith, readPreset, wordOf, type IssuerOverrides } from './preset.js';

interface EntraTokens extends IssuerOverrides {
  /**
   * The application id of this API, a GUID; beside it, where tokens of version 1.0 are accepted, its App
   * ID URI.
   */
  readonly audience: IssuerOptions['audience'];
  /**
   * Whether the groups of a user count as roles. A token that leaves them out because there are too many
   * is then refused, for what it grants cannot be told.
   *
   * @default false
   */
  readonly groupsAsRoles?: boolean;
}

/** What is to be said of an API that is registered with Microsoft Entra ID. */
export interface EntraOptions extends EntraTokens {
  /** The id of the tenant, a GUID. */
  readonly tenantId?: string;
  /** The ids of the tenants whose users are accepted, instead of one. */
  readonly tenants?: readonly string[];
  /**
   * The versions of the access tokens that are accepted; the manifest of the API says which are made.
   *
   * @default ['2.0', '1.0']
   */
  readonly versions?: readonly EntraVersion[];
}

/** What is to be said of an API whose tenants are known once they come. */
export interface EntraTenantOptions extends EntraTokens {
  /** The ids of the tenants that are accepted; an explicit `null` accepts any. */
  readonly tenants: readonly string[] | null;
}

type EntraVersion = '1.0' | '2.0';

const AUTHORITY = 'https://login.microsoftonline.com';

const GUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

/**
 * Access tokens of Microsoft Entra ID, of one tenant or of several that are known.
 *
 * @throws {AuthConfigurationError}
 * @publicApi
 */
export function entra(given: EntraOptions): IdentityProvider {
  const own = ['tenantId', 'tenants', 'versions', 'groupsAsRoles'] as const;
  const options = readPreset('entra', given, own);
  const versions = versionsOf(options);
  const issuers = tenantsOf(options).flatMap((tenant) =>
    versions.map((version) => issuerOf('entra', { tenant, version }, options)),
  );
  return { issuers };
}

/**
 * The issuer of a tenant, for whoever learns of tenants by their tokens: what claim `iss` says is taken for
 * one if it is `https://login.microsoftonline.com/{tenantid}/v2.0`, exactly, and the tenant is accepted.
 *
 * @returns `undefined` for any other issuer.
 * @throws {AuthConfigurationError}
 * @publicApi
 */
export function entraTenant(issuer: string, given: EntraTenantOptions): IssuerOptions | undefined {
  const options = readPreset('entraTenant', given, ['tenants', 'groupsAsRoles']);
  const accepted = options.tenants === null ? null : tenantList('entraTenant', options.tenants);
  const tenant = issuer.slice(AUTHORITY.length + 1, -'/v2.0'.length);
  if (!GUID.test(tenant) || issuer !== `${AUTHORITY}/${tenant}/v2.0`) return;
  if (accepted !== null && !accepted.includes(tenant)) return;
  return issuerOf('entraTenant', { tenant, version: '2.0' }, options);
}

function versionsOf({ versions = ['2.0', '1.0'] }: EntraOptions): readonly EntraVersion[] {
  const given: readonly unknown[] = Array.isArray(versions) ? versions : [];
  if (given.length > 0 && given.every((each) => each === '1.0' || each === '2.0')) return versions;
  throw new AuthConfigurationError(
    'entra.versions',
    'is no list of versions',
    "Give ['2.0'], ['1.0'], or both.",
  );
}

function tenantsOf({ tenantId, tenants }: EntraOptions): readonly string[] {
  if (tenants === undefined) return [tenantOf('entra.tenantId', tenantId)];
  if (tenantId === undefined) return tenantList('entra', tenants);
  throw new AuthConfigurationError(
    'entra.tenantId',
    'is given beside tenants',
    'Give one of the two.',
  );
}

function tenantList(name: string, tenants: unknown): readonly string[] {
  const given: readonly unknown[] = Array.isArray(tenants) ? tenants : [];
  const each = given.length > 0 ? given : [undefined];
  return [...new Set(each.map((tenant) => tenantOf(`${name}.tenants`, tenant)))];
}

function tenantOf(option: string, value: unknown): string {
  return wordOf(option, value, {
    pattern: GUID,
    what: 'the id of the tenant, a GUID in small letters, and not common or organizations, which are no issuers',
    variable: 'AUTH_TENANT_ID',
  });
}

interface EntraIssuer {
  readonly tenant: string;
  readonly version: EntraVersion;
}

function issuerOf(
  name: string,
  { tenant, version }: EntraIssuer,
  options: EntraTokens,
): IssuerOptions {
  const isLatest = version === '2.0';
  const client = isLatest ? 'azp' : 'appid';
  const preset: IssuerOptions = {
    issuer: isLatest ? `${AUTHORITY}/${tenant}/v2.0` : `https://sts.windows.net/${tenant}/`,
    jwksUri: `${AUTHORITY}/${tenant}/discovery/${isLatest ? 'v2.0/' : ''}keys`,
    audience: isLatest ? applicationIds(name, options) : audienceOf(name, options),
    algorithms: ['RS256'],
    clientClaims: [client],
    // An ID token may have the same audience, and names no client.
    tokenUse: { claim: client, present: true },
    serviceUse: [
      { claim: 'idtyp', value: 'app' },
      { claim: 'scp', present: false },
    ],
    organizationId: tenant,
    claims: { scopes: 'scp', roles: rolesOf(name, options), organizationId: 'tid' },
  };
  return issuerWith(name, preset, options);
}

/** A token of version 2.0 is meant for an application, and never for an address. */
function applicationIds(name: string, options: EntraTokens): IssuerOptions['audience'] {
  const audience = audienceOf(name, options, 'Give the application id of the API, a GUID');
  if (audience === null || typeof audience === 'function') return audience;
  const ids = [audience].flat().filter((each) => GUID.test(each));
  if (ids.length > 0) return ids;
  throw new AuthConfigurationError(
    `${name}.audience`,
    'is no application id, and tokens of version 2.0 are meant for nothing else',
    "Give the API's application id, a GUID; beside it, for tokens of version 1.0, its App ID URI.",
  );
}

function rolesOf(
  name: string,
  { groupsAsRoles }: EntraTokens,
): NonNullable<NonNullable<IssuerOptions['claims']>['roles']> {
  const withGroups = resolveBoolean(`${name}.groupsAsRoles`, groupsAsRoles);
  return withGroups ? { union: ['roles', groupsOf] } : 'roles';
}

/** Of too many groups, a token says where they can be had, and not which they are: that is not to have none. */
function groupsOf(claims: Claims): unknown {
  const elsewhere = ownProperty(claims, '_claim_names');
  const isThere = typeof elsewhere === 'object' && elsewhere !== null;
  const isLeftOut = isThere && Object.hasOwn(elsewhere, 'groups');
  if (isLeftOut || ownProperty(claims, 'hasgroups') !== undefined) {
    throw new Forbidden('claim_incomplete', { detail: 'groups' });
  }
  return ownProperty(claims, 'groups');
}
