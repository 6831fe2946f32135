import type { Claims } from './claims.js';
import type { Credential } from './credential.js';

/** A credential whose authenticity is established, and what it says. */
export interface VerifiedCredential {
  readonly credential: Credential;
  /** The kind of credential, as it is called in the configuration: `jwt`, `apiKey`. */
  readonly kind: string;
  /** What it stands for, where its kind settles that; else its claims say so. */
  readonly standsFor?: 'user' | 'service' | 'apiKey' | undefined;
  /** The issuer that vouches for the claims, exactly as configured; the kind of credential where there is none. */
  readonly issuer: string;
  /**
   * The very configuration of the issuer that it was verified by, where there is one: of two
   * configurations of one name, each vouches for its own.
   */
  readonly vouchedBy?: object | undefined;
  /** The addresses it may come from, one by one or as subnets; from anywhere where there are none. */
  readonly allowedAddresses?: readonly string[] | undefined;
  /** Deeply frozen. */
  readonly claims: Claims;
  /** When it ceases to hold, in seconds since the epoch; `Infinity` where it does not. */
  readonly expiresAt: number;
}
