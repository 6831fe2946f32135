import { InvalidCredential } from '../core/auth-error.js';
import type { Claims } from '../core/claims.js';

/** Deeper claims are refused: serialising them may overflow the stack of whoever logs or returns them. */
export const MAX_CLAIMS_DEPTH = 32;

/**
 * Freezes claims through and through, so that no request can change what another one reads, and
 * drops members named `__proto__`, which would become a prototype in whatever object they are
 * copied to.
 *
 * @throws {InvalidCredential} When they are nested too deeply.
 */
export function freezeClaims(claims: Readonly<Record<string, unknown>>): Claims {
  freeze(claims, 1);
  return claims;
}

function freeze(value: object, depth: number): void {
  if (depth > MAX_CLAIMS_DEPTH) throw new InvalidCredential('claims_too_deep');
  if (Object.hasOwn(value, '__proto__')) Reflect.deleteProperty(value, '__proto__');
  for (const member of Object.values(value) as unknown[]) {
    if (typeof member === 'object' && member !== null) freeze(member, depth + 1);
  }
  Object.freeze(value);
}
