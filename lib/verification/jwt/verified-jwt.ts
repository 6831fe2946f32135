import type { VerifiedCredential } from '../../core/verified-credential.js';
import type { Validity } from '../registered-claims.js';

/** A JWT that was found good, and what that rests on. */
export interface VerifiedJwt extends VerifiedCredential {
  readonly validity: Validity;
  /** The key that verified it (RFC 7638 thumbprint). */
  readonly thumbprint: string;
}
