import { ownMembers } from '../../core/own-property.js';
import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import type { CompiledClaimMap } from '../../principal/claim-map.js';
import type { ClaimMaps } from '../../principal/principal-mapper.js';
import type { JwtIssuer } from '../../verification/jwt/jwt-issuer.js';
import type { AuthModuleOptions } from './auth-options.js';
import {
  absentPermissionsOf,
  credentialsOf,
  isProvider,
  issuersOf,
  type GivenIssuer,
  type IssuerEntry,
} from './identity-provider.js';
import { assertName, assertObject, refuseUncalled, refuseUnknown } from './option-checks.js';
import { resolveIssuerClaims } from './resolve-claim-map.js';
import { assertCredentials, assertOtherThan, resolveCredentials } from './resolve-credentials.js';
import { resolveDynamicIssuers, type ResolvedDynamicIssuers } from './resolve-dynamic-issuers.js';
import { ISSUER_OPTIONS, resolveIssuer } from './resolve-issuer.js';
import type { ResolvedCredential } from './resolved-credential.js';

/** Whose credentials are accepted, and what their claims mean. */
export interface ResolvedIssuers {
  readonly issuers: readonly JwtIssuer[];
  readonly dynamicIssuers: ResolvedDynamicIssuers;
  readonly credentials: readonly ResolvedCredential[];
  readonly claimMaps: ClaimMaps;
  /** What permissions begin with that no token has. */
  readonly absentPermissions: readonly string[];
}

/** @throws {AuthConfigurationError} */
export function resolveIssuers(options: AuthModuleOptions): ResolvedIssuers {
  const entries = entriesOf(options);
  const credentials = resolveCredentials(options, credentialsOf(entries));
  const given = issuersOf(entries);
  assertSomebody(options, given, credentials);
  const ofSources = new WeakMap<object, CompiledClaimMap>();
  // An issuer and its claim map are one: whoever has the one is led to the other.
  const accept = ({ option, issuer: each, provider }: GivenIssuer): JwtIssuer => {
    const issuer = resolveIssuer(option, each);
    ofSources.set(issuer, { ...resolveIssuerClaims(option, ownMembers(each)), provider });
    return issuer;
  };
  const issuers = given.map(accept);
  refuseTwins(given);
  assertCredentials(issuers, credentials);
  const dynamicIssuers = resolveDynamicIssuers(options, (option, each) => {
    // Whatever it says of itself, an issuer that is looked up is nobody's preset.
    const issuer = accept({ option, issuer: each });
    assertOtherThan(credentials, { option, issuer });
    return issuer;
  });
  const ofKinds = new Map(credentials.map(({ kind, claimMap }) => [kind, claimMap] as const));
  return {
    issuers,
    dynamicIssuers,
    credentials,
    // Of what is looked up, and of the application's own credentials, nothing is known.
    absentPermissions:
      options.credentials?.length || dynamicIssuers.isConfigured
        ? []
        : absentPermissionsOf(entries),
    claimMaps: { ofSources, ofKinds },
  };
}

function assertSomebody(
  { dynamicIssuers }: AuthModuleOptions,
  given: readonly GivenIssuer[],
  credentials: readonly ResolvedCredential[],
): void {
  if (given.length > 0 || credentials.length > 0 || dynamicIssuers !== undefined) return;
  throw nobody('names nobody whose tokens are accepted');
}

function entriesOf({ issuers }: AuthModuleOptions): readonly IssuerEntry[] {
  if (issuers === undefined) return [];
  if (!Array.isArray(issuers)) throw nobody('is not a list');
  const entries = issuers as readonly IssuerEntry[];
  if (entries.length === 0) throw nobody('names nobody whose tokens are accepted');
  entries.forEach((entry, index) => {
    assertEntry(`issuers[${String(index)}]`, entry);
  });
  return entries;
}

function assertEntry(option: string, entry: IssuerEntry): void {
  refuseUncalled(option, entry);
  assertObject(option, entry);
  if (!isProvider(entry)) return;
  refuseBesideProvider(option, entry);
  refuseUnknown(option, entry, ['issuers', 'name', 'credentials', 'absentPermissions']);
  if (entry.name !== undefined) {
    assertName(`${option}.name`, entry.name, 'Leave it as the preset of the provider has it.');
  }
  if (entry.issuers.length > 0 && Array.isArray(entry.credentials ?? [])) return;
  throw new AuthConfigurationError(
    option,
    'is a provider without an issuer, or whose credentials are no list',
    'Give what the preset of a provider returns, as it is; what differs is given to the preset.',
  );
}

/** It would hold for none of the provider's issuers. */
function refuseBesideProvider(option: string, entry: object): void {
  const name = ISSUER_OPTIONS.find((each) => Object.hasOwn(entry, each));
  if (name === undefined) return;
  throw new AuthConfigurationError(
    `${option}.${name}`,
    'is no option of a provider',
    `Give it to the preset, among its own options: keycloak({ …, ${name} }).`,
  );
}

function nobody(problem: string): AuthConfigurationError {
  return new AuthConfigurationError(
    'issuers',
    problem,
    'Give at least one: issuers: [{ issuer, audience }], or set AUTH_ISSUER and AUTH_AUDIENCE where the options come from the environment, or AUTH_PROVIDER, without which AUTH_DOMAIN and other words of a provider are not read.',
  );
}

function refuseTwins(given: readonly GivenIssuer[]): void {
  const names = given.map(({ issuer }) => issuer.issuer);
  const twin = given.find((_, index) => names.indexOf(names[index] ?? '') !== index);
  if (!twin) return;
  throw new AuthConfigurationError(
    `${twin.option}.issuer`,
    'is configured twice',
    'Merge the two entries into one: an issuer has one audience list and one source of keys.',
  );
}
