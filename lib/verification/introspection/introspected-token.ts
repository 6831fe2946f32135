import type { VerifiedCredential } from '../../core/verified-credential.js';
import type { Validity } from '../registered-claims.js';

/** A token that its authorization server said is active, and when it holds. */
export interface IntrospectedToken extends VerifiedCredential {
  readonly validity: Validity;
}
