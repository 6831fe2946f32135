import { InvalidCredential } from '../../core/auth-error.js';
import { ownProperty } from '../../core/own-property.js';
import {
  anyOf,
  checkAudience,
  checkConfirmation,
  checkDates,
  checkStrings,
  checkUse,
  requireClaims,
  type UncheckedClaims,
  type Validity,
} from '../registered-claims.js';
import type { JwtIssuer } from './jwt-issuer.js';

/**
 * Checks what a token with a good signature says of itself.
 *
 * @param now In seconds since the epoch.
 * @throws {InvalidCredential}
 */
export function checkClaims(claims: UncheckedClaims, issuer: JwtIssuer, now: number): Validity {
  checkStrings(claims, STRING_CLAIMS);
  if (issuer.profile === 'rfc9068') requireClaims(claims, RFC9068_CLAIMS);
  requireClaims(claims, issuer.maxTokenAgeSeconds === undefined ? ['exp'] : ['exp', 'iat']);
  const validity = checkDates(claims, issuer, now);
  checkAudience(claims, issuer.audience);
  checkParties(claims, issuer.authorizedParties);
  checkUse(claims, issuer.tokenUse);
  checkConfirmation(claims);
  return validity;
}

const STRING_CLAIMS = ['sub', 'jti', 'client_id', 'azp'];

/** RFC 9068 section 2.2. */
const RFC9068_CLAIMS = ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti'];

/** OpenID Connect Core section 2 (`azp`), RFC 9068 section 2.2 (`client_id`): whichever the token has. */
function checkParties(claims: UncheckedClaims, accepted: ReadonlySet<string> | undefined): void {
  if (!accepted) return;
  const parties = ['azp', 'client_id'].map((name) => ownProperty(claims, name));
  const named = parties.filter((party) => typeof party === 'string');
  if (named.length > 0 && named.every((party) => accepted.has(party))) return;
  throw new InvalidCredential('client_not_allowed', { detail: anyOf(accepted) });
}
