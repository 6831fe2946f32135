import type { Credential } from '../core/credential.js';
import type { MaybePromise } from '../core/maybe-promise.js';
import type { VerifiedCredential } from '../core/verified-credential.js';

/** Establishes whether one kind of credential is authentic. */
export interface CredentialVerifier {
  /** Whether this credential is of the kind verified here. The first verifier to say so decides alone. */
  claims(credential: Credential): boolean;

  /**
   * @throws {InvalidCredential} When the credential is bad.
   * @throws {AuthUnavailable} When nobody can tell at present.
   */
  verify(credential: Credential): MaybePromise<VerifiedCredential>;

  /** Ends all that is under way. */
  close?(): void;
}
