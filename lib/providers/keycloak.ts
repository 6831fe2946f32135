import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import type { Claims } from '../core/claims.js';
import { ownProperty } from '../core/own-property.js';
import type { IdentityProvider } from '../module/options/identity-provider.js';
import type { IssuerOptions } from '../module/options/issuer-options.js';
import type { ClaimSource } from '../principal/claim-source.js';
import {
  audienceOf,
  baseOf,
  givenIssuer,
  issuerWith,
  readPreset,
  refuseAnybody,
  wordOf,
  type IssuerOverrides,
} from './preset.js';

/** What is to be said of a realm of Keycloak. */
export interface KeycloakOptions extends IssuerOverrides {
  /** Where Keycloak is, as its users see it: `https://id.example.com`, with `/auth` at the end where it has that. */
  readonly url?: string;
  readonly realm?: string;
  /** The issuer as it is, instead of both. */
  readonly issuer?: string;
  /** The client that is this API: its client roles count beside the realm's. */
  readonly clientId?: string;
  /**
   * What an audience mapper of the realm puts into claim `aud`. Without such a mapper, an explicit `null`,
   * and `authorizedParties`.
   */
  readonly audience: IssuerOptions['audience'];
}

/**
 * Access tokens of a realm of Keycloak.
 *
 * @throws {AuthConfigurationError}
 * @publicApi
 */
export function keycloak(given: KeycloakOptions): IdentityProvider {
  const options = readPreset('keycloak', given, ['url', 'realm', 'issuer', 'clientId']);
  const what =
    'Give what the audience mapper puts into claim aud, or null in the code, with authorizedParties';
  const audience = audienceOf('keycloak', options, what);
  refuseAnybody('keycloak', options);
  const preset: IssuerOptions = {
    issuer: issuerOf(options),
    audience,
    algorithms: ['RS256'],
    // ID and refresh tokens say of themselves that they are.
    tokenUse: { claim: 'typ', value: 'Bearer' },
    // Written by the mappers of service accounts alone; a user may be called anything.
    serviceUse: [
      { claim: 'client_id', present: true },
      { claim: 'clientId', present: true },
    ],
    claims: {
      scopes: 'scope',
      roles: { union: rolesOf(options) },
      permissions: permissionsOf,
      organizationId: { path: 'organization', format: 'keys' },
    },
  };
  return { issuers: [issuerWith('keycloak', preset, options)] };
}

function issuerOf(options: KeycloakOptions): string {
  const named = givenIssuer('keycloak', options, ['url', 'realm']);
  if (named !== undefined) return named;
  const url = baseOf('keycloak.url', options.url, 'https://id.example.com');
  if (/\/realms(?:\/|$)/.test(url)) {
    throw new AuthConfigurationError(
      'keycloak.url',
      'names a realm',
      'Give the part before /realms/, and the name after it as realm; or the whole as issuer.',
    );
  }
  const realm = wordOf('keycloak.realm', options.realm, {
    pattern: /^[^/?#\s]+(?: [^/?#\s]+)*$/,
    what: 'the name of the realm',
    variable: 'AUTH_KEYCLOAK_REALM',
  });
  return `${url}/realms/${encodeURIComponent(realm)}`;
}

function rolesOf({ clientId }: KeycloakOptions): readonly ClaimSource[] {
  if (clientId === undefined) return ['realm_access.roles'];
  const name = wordOf('keycloak.clientId', clientId, {
    pattern: /^\S(?:.*\S)?$/,
    what: 'the id of the client that is this API, or leave it out',
    variable: 'AUTH_CLIENT_ID',
  });
  return ['realm_access.roles', `resource_access[${JSON.stringify(name)}].roles`];
}

/** Of a requesting party token: `resource#scope`, as Keycloak has it in requests, or the resource alone. */
function permissionsOf(claims: Claims): readonly string[] | undefined {
  const authorization = ownProperty(claims, 'authorization');
  if (!isRecord(authorization)) return;
  const permissions = ownProperty(authorization, 'permissions');
  return Array.isArray(permissions) ? permissions.filter(isRecord).flatMap(inWords) : [];
}

function inWords(permission: object): readonly string[] {
  const [resource, scopes] = ['rsname', 'scopes'].map((name) => ownProperty(permission, name));
  if (typeof resource !== 'string') return [];
  if (!Array.isArray(scopes) || scopes.length === 0) return [resource];
  return scopes.filter((each) => typeof each === 'string').map((scope) => `${resource}#${scope}`);
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
