import type { Claims } from './claims.js';
import type { Credential } from './credential.js';

/** A credential whose authenticity is established, and what it says. */
export interface VerifiedCredential {
  readonly credential: Credential;
  /** The issuer that vouches for the claims, exactly as configured. */
  readonly issuer: string;
  /** Deeply frozen. */
  readonly claims: Claims;
  /** When it ceases to hold, in seconds since the epoch. */
  readonly expiresAt: number;
}
