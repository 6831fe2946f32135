import { InvalidCredential } from '../core/auth-error.js';
import type { Claims } from '../core/claims.js';
import { isPending } from '../core/maybe-promise.js';
import { ownProperty } from '../core/own-property.js';

/** What a token says of itself, or its issuer of it, and nobody checked yet. */
export type UncheckedClaims = Readonly<Record<string, unknown>>;

/** When a token holds, in seconds since the epoch. */
export interface Validity {
  /** As the token says; `Infinity` where it does not. */
  readonly expiresAt: number;
  /** From here, and before the other, with the tolerance that the clocks are granted. */
  readonly from: number;
  readonly until: number;
}

/** How far the dates of a token are believed. */
export interface DateLimits {
  /** How far the issuer's clock may be off, in seconds. */
  readonly clockToleranceSeconds: number;
  /** How long ago a token may have been issued, in seconds; `undefined` for as long as it is valid. */
  readonly maxTokenAgeSeconds?: number | undefined;
}

/** Decides by the claims whether a token is meant for us. Only `true` is yes, and what throws is no. */
export type AudienceRule = (claims: Claims) => boolean;

/** Whom a token must be meant for: one of these must be in claim `aud`; `null` waives the check. */
export type ExpectedAudience = ReadonlySet<string> | AudienceRule | null;

/** Those of them that are there must be texts, and not empty: who is meant is never guessed. */
export function checkStrings(claims: UncheckedClaims, names: readonly string[]): void {
  for (const name of names) {
    const value = ownProperty(claims, name);
    if (value !== undefined && (typeof value !== 'string' || value === '')) {
      throw new InvalidCredential('claim_type', { detail: name });
    }
  }
}

export function requireClaims(claims: UncheckedClaims, names: readonly string[]): void {
  const missing = names.find((name) => ownProperty(claims, name) === undefined);
  if (missing !== undefined) throw new InvalidCredential('missing_claim', { detail: missing });
}

/** RFC 7519 sections 4.1.4 to 4.1.6: whichever of `exp`, `nbf` and `iat` is there holds. */
export function checkDates(claims: UncheckedClaims, limits: DateLimits, now: number): Validity {
  const { clockToleranceSeconds: tolerance, maxTokenAgeSeconds: maxAge = Infinity } = limits;
  const expiresAt = numericDate(claims, 'exp', Infinity);
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
export function checkAudience(claims: UncheckedClaims, expected: ExpectedAudience): void {
  const value = ownProperty(claims, 'aud');
  const accepted = typeof expected === 'function' ? null : expected;
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
  if (typeof expected === 'function') checkByRule(claims, expected);
}

function checkByRule(claims: UncheckedClaims, rule: AudienceRule): void {
  let cause: unknown;
  try {
    const answer: unknown = rule(claims);
    if (answer === true) return;
    // Nobody waits for it, and it must not end the process.
    if (isPending(answer)) Promise.resolve(answer).catch(() => undefined);
  } catch (failure) {
    cause = failure;
  }
  throw new InvalidCredential('aud_mismatch', {
    detail: 'what the function audience accepts',
    cause,
  });
}

/** A token bound to a key (RFC 7800) is worth nothing without proof of that key, and none is checked here. */
export function checkConfirmation(claims: UncheckedClaims): void {
  if (ownProperty(claims, 'cnf') === undefined) return;
  throw new InvalidCredential('confirmation_unsupported');
}

/** What would have been accepted, for the log. */
export function anyOf(accepted: ReadonlySet<string>): string {
  return `any of ${[...accepted].join(', ')}`;
}
