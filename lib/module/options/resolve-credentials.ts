import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import { ownMembers } from '../../core/own-property.js';
import { SERVICE } from '../../policy/decide.js';
import type { JwtIssuer } from '../../verification/jwt/jwt-issuer.js';
import type { AuthModuleOptions } from './auth-options.js';
import type { CredentialOption } from './credential-options.js';
import { assertName, assertObject, refuseUncalled } from './option-checks.js';
import { resolveApiKey } from './resolve-api-key.js';
import { resolveBasic } from './resolve-basic.js';
import { assertToldApart, resolveNamedJwt, type NamedIssuer } from './resolve-named-jwt.js';
import type { ResolvedCredential } from './resolved-credential.js';
import { resolveOpaqueToken, resolveSession } from './resolve-opaque-token.js';

/** What the tokens of `issuers` are called. */
export const JWT_KIND = 'jwt';

const RESERVED = new Set([JWT_KIND, SERVICE, 'anonymous']);

const CURE =
  'Give a list of what apiKey(), opaqueToken(), session(), basic() and jwt() return: credentials: [apiKey({ keys })].';

/** @throws {AuthConfigurationError} */
export function resolveCredentials(
  { credentials = [] }: AuthModuleOptions,
  ofProviders: readonly CredentialOption[],
): readonly ResolvedCredential[] {
  if (!Array.isArray(credentials)) {
    throw new AuthConfigurationError('credentials', 'is not a list', CURE);
  }
  const all = [...(credentials as readonly CredentialOption[]), ...ofProviders];
  const resolved = all.map((given, index) =>
    resolveCredential(`credentials[${String(index)}]`, given),
  );
  resolved.forEach(({ kind }, index) => {
    assertKind(`credentials[${String(index)}].kind`, kind, resolved.slice(0, index));
  });
  return resolved;
}

function resolveCredential(option: string, given: CredentialOption): ResolvedCredential {
  refuseUncalled(option, given);
  assertObject(option, given, CURE);
  const { type, options } = ownMembers<Partial<CredentialOption>>(given);
  if (type === undefined) throw noKind(option);
  assertObject(option, options, 'Give an object with its options.');
  switch (type) {
    case 'apiKey':
      return resolveApiKey(option, ownMembers(options));
    case 'opaqueToken':
      return resolveOpaqueToken(option, ownMembers(options));
    case 'session':
      return resolveSession(option, ownMembers(options));
    case 'basic':
      return resolveBasic(option, ownMembers(options));
    case 'jwt':
      return resolveNamedJwt(option, ownMembers(options));
    default:
      throw noKind(option);
  }
}

function noKind(option: string): AuthConfigurationError {
  return new AuthConfigurationError(option, 'is no kind of credential', CURE);
}

function assertKind(option: string, kind: unknown, before: readonly ResolvedCredential[]): void {
  const cure = `Give it a name of its own: kind: 'partner'.`;
  assertName(option, kind, cure);
  if (RESERVED.has(kind)) throw new AuthConfigurationError(option, 'has another meaning', cure);
  if (before.every((each) => each.kind !== kind)) return;
  throw new AuthConfigurationError(option, 'is the name of another kind', cure);
}

/**
 * Refuses kinds of which a credential could be either.
 *
 * @throws {AuthConfigurationError}
 */
export function assertCredentials(
  issuers: readonly JwtIssuer[],
  credentials: readonly ResolvedCredential[],
): void {
  const ofIssuers = issuers.map((issuer, index) => ({
    option: `issuers[${String(index)}]`,
    issuer,
  }));
  assertToldApart([...ofIssuers, ...namedIssuers(credentials)]);
  credentials.forEach((each, index) => {
    const twin = credentials.slice(0, index).find((other) => areAlike(other, each));
    if (twin) throw alike(each, twin);
    const isNamed =
      issuers.some(({ issuer }) => issuer === each.kind) ||
      credentials.some(({ kind, claimMap }) => kind !== each.kind && claimMap.has(each.kind));
    if (isNamed)
      throw new AuthConfigurationError(
        each.kind,
        'is the name of an issuer',
        'Give it another kind.',
      );
  });
}

/**
 * Refuses an issuer that is looked up, as {@link assertCredentials} does one of `issuers`.
 *
 * @throws {AuthConfigurationError}
 */
export function assertOtherThan(
  credentials: readonly ResolvedCredential[],
  given: NamedIssuer,
): void {
  assertToldApart([...namedIssuers(credentials), given]);
  if (credentials.every(({ kind }) => kind !== given.issuer.issuer)) return;
  throw new AuthConfigurationError(
    `${given.option}.issuer`,
    'is the name of a kind of credential',
    'Give the kind another name.',
  );
}

function namedIssuers(credentials: readonly ResolvedCredential[]): readonly NamedIssuer[] {
  return credentials.flatMap(({ kind, issuer }) =>
    issuer ? [{ option: `jwt({ kind: '${kind}' })`, issuer }] : [],
  );
}

/** Whether two kinds are found in one place, and a credential there may be of either. */
function areAlike(one: ResolvedCredential, other: ResolvedCredential): boolean {
  const isShared = one.places.some(({ name }) => other.places.some((each) => each.name === name));
  if (!isShared || one.issuer || other.issuer) return false;
  if (one.prefix === undefined || other.prefix === undefined) return one.prefix === other.prefix;
  const theirs = [other.prefix].flat();
  return [one.prefix]
    .flat()
    .some((mine) => theirs.some((each) => mine.startsWith(each) || each.startsWith(mine)));
}

function alike(one: ResolvedCredential, other: ResolvedCredential): AuthConfigurationError {
  return new AuthConfigurationError(
    `credentials: ${one.kind}`,
    `is found where ${other.kind} is, and looks like it`,
    'Give them prefixes, of which neither begins with the other, or places of their own.',
  );
}
