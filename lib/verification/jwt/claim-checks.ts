import { InvalidCredential } from '../../core/auth-error.js';
import { ownProperty } from '../../core/own-property.js';
import type { JwtIssuer } from './jwt-issuer.js';

type UncheckedClaims = Readonly<Record<string, unknown>>;

/**
 * Checks what a token with a good signature says of itself.
 *
 * @param now In seconds since the epoch.
 * @returns When the token expires, in seconds since the epoch.
 * @throws {InvalidCredential}
 */
export function checkClaims(claims: UncheckedClaims, issuer: JwtIssuer, now: number): number {
  checkStrings(claims);
  const expiresAt = checkDates(claims, now, issuer.clockToleranceSeconds);
  checkAudience(claims, issuer.audience);
  // A token bound to a key (RFC 7800) is worth nothing without proof of that key, and none is checked here.
  if (ownProperty(claims, 'cnf') !== undefined) {
    throw new InvalidCredential('confirmation_unsupported');
  }
  return expiresAt;
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

/** RFC 7519 sections 4.1.4 to 4.1.6: `exp` is required, `nbf` and `iat` hold where present. */
function checkDates(claims: UncheckedClaims, now: number, tolerance: number): number {
  const expiresAt = numericDate(claims, 'exp');
  const notBefore = numericDate(claims, 'nbf') ?? -Infinity;
  const issuedAt = numericDate(claims, 'iat') ?? -Infinity;
  if (expiresAt === undefined) throw new InvalidCredential('missing_claim', { detail: 'exp' });
  // Written so that a clock which tells no time denies.
  if (!(expiresAt > now - tolerance)) throw new InvalidCredential('token_expired');
  if (!(Math.max(notBefore, issuedAt) <= now + tolerance)) {
    throw new InvalidCredential('token_not_active');
  }
  return expiresAt;
}

/** A NumericDate may have a fraction (RFC 7519 section 2), and `1e400` parses to Infinity. */
function numericDate(claims: UncheckedClaims, name: string): number | undefined {
  const value = ownProperty(claims, name);
  if (value === undefined) return;
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
    throw new InvalidCredential('aud_mismatch', { detail: `any of ${[...accepted].join(', ')}` });
  }
}
