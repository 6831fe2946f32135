import { InvalidCredential } from '../../core/auth-error.js';
import { ownProperty } from '../../core/own-property.js';
import type { JwtIssuer } from './jwt-issuer.js';

type UncheckedClaims = Readonly<Record<string, unknown>>;

/** When a token holds, in seconds since the epoch. */
export interface Validity {
  /** As the token says. */
  readonly expiresAt: number;
  /** From here, and before the other, with the tolerance that the clocks are granted. */
  readonly from: number;
  readonly until: number;
}

/**
 * Checks what a token with a good signature says of itself.
 *
 * @param now In seconds since the epoch.
 * @throws {InvalidCredential}
 */
export function checkClaims(claims: UncheckedClaims, issuer: JwtIssuer, now: number): Validity {
  checkStrings(claims);
  if (issuer.profile === 'rfc9068') requireClaims(claims, RFC9068_CLAIMS);
  const validity = checkDates(claims, issuer, now);
  checkAudience(claims, issuer.audience);
  checkParties(claims, issuer.authorizedParties);
  checkUse(claims, issuer.tokenUse);
  // A token bound to a key (RFC 7800) is worth nothing without proof of that key, and none is checked here.
  if (ownProperty(claims, 'cnf') !== undefined) {
    throw new InvalidCredential('confirmation_unsupported');
  }
  return validity;
}

const STRING_CLAIMS = ['sub', 'jti', 'client_id', 'azp'];

function checkStrings(claims: UncheckedClaims): void {
  for (const name of STRING_CLAIMS) {
    const value = ownProperty(claims, name);
    if (value !== undefined && (typeof value !== 'string' || value === '')) {
      throw new InvalidCredential('claim_type', { detail: name });
    }
  }
}

/** RFC 9068 section 2.2. */
const RFC9068_CLAIMS = ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti'];

function requireClaims(claims: UncheckedClaims, names: readonly string[]): void {
  const missing = names.find((name) => ownProperty(claims, name) === undefined);
  if (missing !== undefined) throw new InvalidCredential('missing_claim', { detail: missing });
}

/** RFC 7519 sections 4.1.4 to 4.1.6: `exp` is required, `nbf` and `iat` hold where present. */
function checkDates(claims: UncheckedClaims, issuer: JwtIssuer, now: number): Validity {
  const { clockToleranceSeconds: tolerance, maxTokenAgeSeconds: maxAge = Infinity } = issuer;
  requireClaims(claims, maxAge === Infinity ? ['exp'] : ['exp', 'iat']);
  const expiresAt = numericDate(claims, 'exp', -Infinity);
  const issuedAt = numericDate(claims, 'iat', -Infinity);
  const notBefore = numericDate(claims, 'nbf', -Infinity);
  // Of a token without `iat`, no age is asked.
  const oldAt = maxAge === Infinity ? Infinity : issuedAt + maxAge + tolerance;
  const expiredAt = expiresAt + tolerance;
  const from = Math.max(notBefore, issuedAt) - tolerance;
  // Written so that a clock which tells no time denies.
  if (!(now < expiredAt)) throw new InvalidCredential('token_expired');
  if (!(now < oldAt)) throw new InvalidCredential('token_too_old');
  if (!(now >= from)) throw new InvalidCredential('token_not_active');
  return { expiresAt, from, until: Math.min(expiredAt, oldAt) };
}

/** A NumericDate may have a fraction (RFC 7519 section 2), and `1e400` parses to Infinity. */
function numericDate(claims: UncheckedClaims, name: string, absent: number): number {
  const value = ownProperty(claims, name);
  if (value === undefined) return absent;
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new InvalidCredential('claim_type', { detail: name });
  }
  return value;
}

/** RFC 7519 section 4.1.3, RFC 9068 section 4: an identical string, in a string or a list of strings. */
function checkAudience(claims: UncheckedClaims, accepted: ReadonlySet<string> | null): void {
  const value = ownProperty(claims, 'aud');
  if (value === undefined && accepted !== null) {
    throw new InvalidCredential('missing_claim', { detail: 'aud' });
  }
  const audiences: unknown[] = Array.isArray(value) ? value : [value ?? ''];
  if (!audiences.every((audience) => typeof audience === 'string')) {
    throw new InvalidCredential('claim_type', { detail: 'aud' });
  }
  if (accepted !== null && !audiences.some((audience) => accepted.has(audience))) {
    throw new InvalidCredential('aud_mismatch', { detail: anyOf(accepted) });
  }
}

/** OpenID Connect Core section 2 (`azp`), RFC 9068 section 2.2 (`client_id`): whichever the token has. */
function checkParties(claims: UncheckedClaims, accepted: ReadonlySet<string> | undefined): void {
  if (!accepted) return;
  const parties = ['azp', 'client_id'].map((name) => ownProperty(claims, name));
  const named = parties.filter((party) => typeof party === 'string');
  if (named.length > 0 && named.every((party) => accepted.has(party))) return;
  throw new InvalidCredential('client_not_allowed', { detail: anyOf(accepted) });
}

/** RFC 8725 section 3.11: an issuer's other tokens are told apart where its access tokens have a mark. */
function checkUse(claims: UncheckedClaims, use: JwtIssuer['tokenUse']): void {
  if (!use || ownProperty(claims, use.claim) === use.value) return;
  throw new InvalidCredential('token_use_mismatch', { detail: `${use.claim} is ${use.value}` });
}

function anyOf(accepted: ReadonlySet<string>): string {
  return `any of ${[...accepted].join(', ')}`;
}
