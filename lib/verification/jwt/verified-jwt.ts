import type { VerifiedCredential } from '../../core/verified-credential.js';
import type { Validity } from '../registered-claims.js';
import type { JwtIssuer } from './jwt-issuer.js';

/** A JWT that was found good, and what that rests on. */
export interface VerifiedJwt extends VerifiedCredential {
  readonly vouchedBy: JwtIssuer;
  readonly validity: Validity;
  /** The key that verified it (RFC 7638 thumbprint). */
  readonly thumbprint: string;
}
