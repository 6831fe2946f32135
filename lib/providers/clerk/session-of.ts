import type { Claims } from '../../core/claims.js';
import { ownProperty } from '../../core/own-property.js';
import type { Principal } from '../../core/principal.js';
import { JWT_KIND } from '../../module/options/resolve-credentials.js';

/**
 * The claims of a session. What machines and other issuers' tokens have under the same names is their
 * makers' own, and no such claim.
 */
export function sessionOf({
  kind,
  credentialKind,
  subject,
  claims,
}: Principal): Claims | undefined {
  const isSession = kind === 'user' && credentialKind === JWT_KIND && subject.startsWith('user_');
  return isSession && typeof ownProperty(claims, 'sid') === 'string' ? claims : undefined;
}
