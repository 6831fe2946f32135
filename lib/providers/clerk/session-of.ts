import type { Claims } from '../../core/claims.js';
import { ownProperty } from '../../core/own-property.js';
import { providerOf, type Principal } from '../../core/principal.js';
import { JWT_KIND } from '../../module/options/resolve-credentials.js';

/** What the preset calls its issuer's sessions: no other issuer can say of itself that it is one. */
export const CLERK = 'clerk';

/**
 * The claims of a session. What machines and other issuers' tokens have under the same names is their
 * makers' own, and no such claim.
 */
export function sessionOf(principal: Principal): Claims | undefined {
  const { kind, credentialKind, subject, claims } = principal;
  if (providerOf(principal) !== CLERK) return;
  const isSession = kind === 'user' && credentialKind === JWT_KIND && subject.startsWith('user_');
  return isSession && typeof ownProperty(claims, 'sid') === 'string' ? claims : undefined;
}
