import { InvalidCredential } from '../../core/auth-error.js';
import { ownProperty } from '../../core/own-property.js';
import {
  anyOf,
  checkAudience,
  checkConfirmation,
  checkDates,
  checkStrings,
  requireClaims,
  type UncheckedClaims,
  type Validity,
} from '../registered-claims.js';
import { checkMarks, type TokenParts } from '../token-mark.js';
import type { JwtIssuer } from './jwt-issuer.js';

/**
 * Checks what a token with a good signature says of itself.
 *
 * @param now In seconds since the epoch.
 * @throws {InvalidCredential}
 */
export function checkClaims(token: TokenParts, issuer: JwtIssuer, now: number): Validity {
  const { claims } = token;
  checkStrings(claims, STRING_CLAIMS);
  checkStrings(claims, issuer.clientClaims);
  if (issuer.profile === 'rfc9068') requireClaims(claims, RFC9068_CLAIMS);
  requireClaims(claims, issuer.maxTokenAgeSeconds === undefined ? ['exp'] : ['exp', 'iat']);
  const validity = checkDates(claims, issuer, now);
  // First what kind of token it is: one of another kind is meant for somebody else, too, and says little of clients.
  checkMarks(token, issuer.tokenUse);
  checkAudience(claims, issuer.audience);
  checkParties(claims, issuer);
  checkConfirmation(claims);
  return validity;
}

const STRING_CLAIMS = ['sub', 'jti', 'client_id', 'azp'];

/** RFC 9068 section 2.2. */
const RFC9068_CLAIMS = ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti'];

/** OpenID Connect Core section 2 (`azp`), RFC 9068 section 2.2 (`client_id`): whichever the token has. */
function checkParties(claims: UncheckedClaims, issuer: JwtIssuer): void {
  const { authorizedParties: accepted, clientClaims, demandsParty } = issuer;
  if (!accepted) return;
  const parties = clientClaims.map((name) => ownProperty(claims, name));
  const named = parties.filter((party) => typeof party === 'string');
  const isEnough = named.length > 0 || !demandsParty;
  if (isEnough && named.every((party) => accepted.has(party))) return;
  const detail = `${clientClaims.join(' or ')} is ${anyOf(accepted)}`;
  throw new InvalidCredential('client_not_allowed', { detail });
}
