import type { VerifiedCredential } from '../../core/verified-credential.js';

/** An API key whose authenticity is established. */
export interface VerifiedApiKey extends VerifiedCredential {
  /** The part of the key by which it was looked up; no secret. */
  readonly keyId: string;
  /** From where it may be used, for `isAllowedAddress`; `undefined`: from anywhere. */
  readonly allowedAddresses: readonly string[] | undefined;
}
