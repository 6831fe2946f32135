import { createHmac } from 'node:crypto';
import { ownMembers } from '../../core/own-property.js';
import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import type { JwtIssuer } from '../../verification/jwt/jwt-issuer.js';
import { areExclusive, type TokenMark } from '../../verification/token-mark.js';
import type { JwtOptions } from './credential-options.js';
import { assertName } from './option-checks.js';
import { resolveIssuerClaims } from './resolve-claim-map.js';
import type { ResolvedCredential } from './resolved-credential.js';
import { resolveIssuer } from './resolve-issuer.js';
import { resolvePlaces, schemeOf } from './resolve-places.js';
import { resolveTokenUse } from './resolve-token-use.js';

/** @throws {AuthConfigurationError} */
export function resolveNamedJwt(option: string, options: JwtOptions): ResolvedCredential {
  const { kind, scheme, cookie, extract, recognizedBy, ...others } = options;
  // What is left of an object has a prototype again.
  const issuerOptions = ownMembers(others);
  assertName(`${option}.kind`, kind, "Say what these tokens are called: kind: 'refresh'.");
  const issuer = resolveIssuer(option, issuerOptions);
  const map = resolveIssuerClaims(option, issuerOptions);
  const marks = resolveRecognition(`${option}.recognizedBy`, recognizedBy);
  const named = resolvePlaces(option, { scheme, cookie, extract });
  const places = named.length > 0 ? named : resolvePlaces(option, { scheme: 'Bearer' });
  return {
    kind,
    declaredOnly: true,
    places,
    scheme: schemeOf(places, 'Bearer'),
    prefix: undefined,
    issuer,
    recognizedBy: marks,
    claimMap: new Map([[issuer.issuer, map]]),
    mayBeService: true,
    revocable: true,
    needs: [],
    makeVerifier: ({ jwtVerifier, revocable }) => revocable(jwtVerifier(issuer, kind, marks)),
  };
}

/** By nothing, every token of the issuer would be recognized. */
function resolveRecognition(
  option: string,
  recognizedBy: JwtOptions['recognizedBy'],
): readonly TokenMark[] | undefined {
  if (recognizedBy === undefined) return;
  const marks = resolveTokenUse(option, recognizedBy);
  if (marks.length > 0) return marks;
  throw new AuthConfigurationError(
    option,
    'is an empty list',
    "Say what tells these tokens: recognizedBy: { header: 'typ', value: 'at+jwt' }, or leave it out.",
  );
}

/** A kind of JWT, and by which option it was given. */
export interface NamedIssuer {
  readonly option: string;
  readonly issuer: JwtIssuer;
}

/**
 * Refuses kinds of which each would accept the other's tokens.
 *
 * @param all Those of `issuers` first.
 * @throws {AuthConfigurationError}
 */
export function assertToldApart(all: readonly NamedIssuer[]): void {
  all.forEach(({ option, issuer }, index) => {
    const twin = all.slice(0, index).find((each) => !areToldApart(each.issuer, issuer));
    if (!twin) return;
    throw new AuthConfigurationError(
      option,
      `cannot be told apart from ${twin.option}: a token of the one would pass for the other`,
      'Give them different keys or audiences, or let both have a tokenUse with different values.',
    );
  });
}

function areToldApart(one: JwtIssuer, other: JwtIssuer): boolean {
  if (one.issuer !== other.issuer) return true;
  const haveOtherUse = areExclusive(one.tokenUse, other.tokenUse);
  return haveOtherUse || haveOtherAudience(one, other) || haveOtherKeys(one, other);
}

function haveOtherAudience({ audience: one }: JwtIssuer, { audience: other }: JwtIssuer): boolean {
  if (!(one instanceof Set) || !(other instanceof Set)) return false;
  return ![...(one as ReadonlySet<string>)].some((each) => other.has(each));
}

/** Of keys that are fetched nobody knows whether they are others. */
function haveOtherKeys({ keys: one }: JwtIssuer, { keys: other }: JwtIssuer): boolean {
  if (one.kind === 'remote' || other.kind === 'remote') return false;
  if (one.kind !== other.kind) return true;
  const known = new Set(fingerprints(one));
  return !fingerprints(other).some((each) => known.has(each));
}

function fingerprints(keys: JwtIssuer['keys']): readonly string[] {
  switch (keys.kind) {
    case 'secret':
      return keys.secrets.reveal().flatMap(effects);
    case 'static':
      return keys.jwks.keys.map(({ kty, crv, n, x, y }) => JSON.stringify([kty, crv, n, x, y]));
    case 'remote':
      return [];
  }
}

/** What a secret does is what counts: some that are spelt differently are the same to HMAC. */
function effects(secret: Uint8Array): readonly string[] {
  return ['sha256', 'sha512'].map((hash) => createHmac(hash, secret).update('').digest('hex'));
}
