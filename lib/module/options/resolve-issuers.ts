import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import type { CompiledClaimMap } from '../../principal/claim-map.js';
import type { ClaimMaps } from '../../principal/principal-mapper.js';
import type { JwtIssuer } from '../../verification/jwt/jwt-issuer.js';
import type { AuthModuleOptions } from './auth-options.js';
import type { IssuerOptions } from './issuer-options.js';
import { resolveClaimMap } from './resolve-claim-map.js';
import { assertCredentials, assertOtherThan, resolveCredentials } from './resolve-credentials.js';
import type { ResolvedCredential } from './resolved-credential.js';
import { resolveDynamicIssuers, type ResolvedDynamicIssuers } from './resolve-dynamic-issuers.js';
import { resolveIssuer } from './resolve-issuer.js';

/** Whose credentials are accepted, and what their claims mean. */
export interface ResolvedIssuers {
  readonly issuers: readonly JwtIssuer[];
  readonly dynamicIssuers: ResolvedDynamicIssuers;
  readonly credentials: readonly ResolvedCredential[];
  readonly claimMaps: ClaimMaps;
}

/** @throws {AuthConfigurationError} */
export function resolveIssuers(options: AuthModuleOptions): ResolvedIssuers {
  const credentials = resolveCredentials(options);
  const ofSources = new WeakMap<object, CompiledClaimMap>();
  // An issuer and its claim map are one: whoever has the one is led to the other.
  const accept = (option: string, given: IssuerOptions): JwtIssuer => {
    const issuer = resolveIssuer(option, given);
    ofSources.set(issuer, resolveClaimMap(`${option}.claims`, given.claims));
    return issuer;
  };
  const issuers = givenIssuers(options, credentials.length > 0).map((each, index) =>
    accept(`issuers[${String(index)}]`, each),
  );
  refuseTwins(issuers);
  assertCredentials(issuers, credentials);
  const dynamicIssuers = resolveDynamicIssuers(options, (option, given) => {
    const issuer = accept(option, given);
    assertOtherThan(credentials, { option, issuer });
    return issuer;
  });
  const ofKinds = new Map(credentials.map(({ kind, claimMap }) => [kind, claimMap] as const));
  return { issuers, dynamicIssuers, credentials, claimMaps: { ofSources, ofKinds } };
}

function givenIssuers(
  { issuers, dynamicIssuers }: AuthModuleOptions,
  hasCredentials: boolean,
): readonly IssuerOptions[] {
  const given: readonly IssuerOptions[] = Array.isArray(issuers)
    ? (issuers as IssuerOptions[])
    : [];
  const hasOthers = hasCredentials || dynamicIssuers !== undefined;
  if (given.length > 0 || (hasOthers && issuers === undefined)) return given;
  throw new AuthConfigurationError(
    'issuers',
    issuers === undefined || Array.isArray(issuers)
      ? 'names nobody whose tokens are accepted'
      : 'is not a list',
    'Give at least one: issuers: [{ issuer, audience }], or set AUTH_ISSUER and AUTH_AUDIENCE where the options come from the environment.',
  );
}

function refuseTwins(issuers: readonly JwtIssuer[]): void {
  const names = issuers.map(({ issuer }) => issuer);
  const twin = names.findIndex((name, index) => names.indexOf(name) !== index);
  if (twin === -1) return;
  throw new AuthConfigurationError(
    `issuers[${String(twin)}].issuer`,
    'is configured twice',
    'Merge the two entries into one: an issuer has one audience list and one source of keys.',
  );
}
