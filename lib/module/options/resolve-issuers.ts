import { ownMembers } from '../../core/own-property.js';
import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import type { ClaimMaps } from '../../principal/principal-mapper.js';
import type { JwtIssuer } from '../../verification/jwt/jwt-issuer.js';
import type { AuthModuleOptions } from './auth-options.js';
import {
  credentialsOf,
  issuersOf,
  type GivenIssuer,
  type IssuerEntry,
} from './identity-provider.js';
import { assertObject, refuseUnknown } from './option-checks.js';
import { resolveIssuerClaims } from './resolve-claim-map.js';
import { assertCredentials, JWT_KIND, resolveCredentials } from './resolve-credentials.js';
import { resolveIssuer } from './resolve-issuer.js';
import type { ResolvedCredential } from './resolved-credential.js';

/** Whose tokens are accepted, and what other credentials are. */
export interface ResolvedIssuers {
  readonly issuers: readonly JwtIssuer[];
  readonly credentials: readonly ResolvedCredential[];
  readonly claimMaps: ClaimMaps;
}

/** @throws {AuthConfigurationError} */
export function resolveIssuers(options: AuthModuleOptions): ResolvedIssuers {
  const entries = entriesOf(options);
  const credentials = resolveCredentials(options, credentialsOf(entries));
  const given = issuersOf(entries);
  if (given.length === 0 && credentials.length === 0)
    throw nobody('names nobody whose tokens are accepted');
  const issuers = given.map(({ option, issuer }) => resolveIssuer(option, issuer));
  refuseTwins(given);
  assertCredentials(issuers, credentials);
  const claimMaps = given.map(
    ({ option, issuer }) =>
      [issuer.issuer, resolveIssuerClaims(option, ownMembers(issuer))] as const,
  );
  const ofKinds = credentials.map(({ kind, claimMap }) => [kind, claimMap] as const);
  return {
    issuers,
    credentials,
    claimMaps: new Map([[JWT_KIND, new Map(claimMaps)], ...ofKinds]),
  };
}

function entriesOf({ issuers, credentials }: AuthModuleOptions): readonly IssuerEntry[] {
  if (issuers === undefined) {
    if (credentials === undefined) throw nobody('names nobody whose tokens are accepted');
    return [];
  }
  if (!Array.isArray(issuers)) throw nobody('is not a list');
  const entries = issuers as readonly IssuerEntry[];
  if (entries.length === 0) throw nobody('names nobody whose tokens are accepted');
  entries.forEach((entry, index) => {
    const option = `issuers[${String(index)}]`;
    assertObject(option, entry);
    // What is said beside a provider's issuers would hold for none of them.
    if (Object.hasOwn(entry, 'issuers')) refuseUnknown(option, entry, ['issuers', 'credentials']);
  });
  return entries;
}

function nobody(problem: string): AuthConfigurationError {
  return new AuthConfigurationError(
    'issuers',
    problem,
    'Give at least one: issuers: [{ issuer, audience }], or set AUTH_ISSUER and AUTH_AUDIENCE where the options come from the environment.',
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
