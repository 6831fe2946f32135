import { InvalidCredential } from '../../core/auth-error.js';
import { ownProperty } from '../../core/own-property.js';
import {
  checkAudience,
  checkConfirmation,
  checkDates,
  checkStrings,
  type UncheckedClaims,
  type Validity,
} from '../registered-claims.js';
import { checkMarks } from '../token-mark.js';
import type { IntrospectionSettings } from './introspection-settings.js';

const STRING_MEMBERS = ['sub', 'client_id', 'username', 'jti', 'token_type'];

/**
 * Checks what an authorization server says of a token (RFC 7662 sections 2.2 and 4).
 *
 * @param now In seconds since the epoch.
 * @throws {InvalidCredential}
 */
export function checkAnswer(
  answer: UncheckedClaims,
  settings: IntrospectionSettings,
  now: number,
): Validity {
  // Nothing else is of interest before, and nothing but `true` is true.
  if (ownProperty(answer, 'active') !== true) throw new InvalidCredential('token_inactive');
  checkStrings(answer, STRING_MEMBERS);
  checkIssuer(answer, settings.issuer);
  const validity = checkDates(answer, settings, now);
  checkMarks({ header: {}, claims: answer }, settings.tokenUse);
  checkAudience(answer, settings.audience);
  checkType(answer, settings);
  checkConfirmation(answer);
  return validity;
}

function checkIssuer(answer: UncheckedClaims, issuer: string): void {
  const name = ownProperty(answer, 'iss');
  if (name === undefined || name === issuer) return;
  throw new InvalidCredential('unknown_issuer', { detail: issuer });
}

const BEARER = /^bearer$/i;

/** RFC 6749 section 7.1: a token of a type that is not understood is not to be used; types have no case. */
function checkType(answer: UncheckedClaims, { demandsType }: IntrospectionSettings): void {
  const type = ownProperty(answer, 'token_type');
  if (type === undefined && demandsType) {
    throw new InvalidCredential('token_use_mismatch', { detail: 'token_type is Bearer' });
  }
  if (type === undefined || (typeof type === 'string' && BEARER.test(type))) return;
  throw new InvalidCredential('confirmation_unsupported', { detail: 'token_type is Bearer' });
}

/**
 * What of the answer becomes claims: a scope is a string of names (RFC 7662 section 2.2), or nothing;
 * and there is a subject.
 *
 * @throws {InvalidCredential} When there is none.
 */
export function claimsOf(
  answer: UncheckedClaims,
  { namesUsers }: IntrospectionSettings,
): UncheckedClaims {
  const [sub, client, user, scope] = ['sub', 'client_id', 'username', 'scope'].map((name) =>
    ownProperty(answer, name),
  );
  const subject = sub ?? (namesUsers ? user : undefined);
  // A user whom the server names in another way than asked for is not the client that acts for them.
  const isOfClient = client !== undefined && user === undefined;
  if (subject === undefined && !isOfClient) {
    throw new InvalidCredential('missing_claim', { detail: 'sub' });
  }
  const claims = { ...answer, ...(subject !== undefined && { sub: subject }) };
  if (typeof scope !== 'string') Reflect.deleteProperty(claims, 'scope');
  return claims;
}

/** Whether it is the user name, for want of a subject, that says who it is. */
export function isNamedByUsername(
  answer: UncheckedClaims,
  { namesUsers }: IntrospectionSettings,
): boolean {
  const isNamed = ownProperty(answer, 'username') !== undefined;
  return namesUsers && isNamed && ownProperty(answer, 'sub') === undefined;
}
