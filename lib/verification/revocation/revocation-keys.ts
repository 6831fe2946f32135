import { hash } from 'node:crypto';

/** What a revocation is about. */
export type RevocationKind = 'token' | 'session' | 'subject';

/**
 * The key of a revocation. Two differ where kind, issuer or name differ: JSON says where each ends.
 * Hashed, because names are personal data, and of any length.
 */
export function revocationKey(kind: RevocationKind, issuer: string, name: string): string {
  return hash('sha256', JSON.stringify([kind, issuer, name]), 'base64url');
}
