import type { CryptoKey } from 'jose';
import type { MaybePromise } from '../../../core/maybe-promise.js';
import type { JwtHeader } from '../header-checks.js';

/** What a signature is verified with: a public key, or the secret of an HMAC. */
export type VerificationKey = CryptoKey | Uint8Array;

/** The keys of one issuer. */
export interface KeySet {
  /**
   * The keys that may have made the signature: usually one, none when the set has no such key, and
   * never more than {@link MAX_CANDIDATES}.
   *
   * @throws {InvalidCredential} When the header does not say which of several keys it means, or the
   *   key it means is unusable.
   * @throws {AuthUnavailable} When the keys cannot be had at present.
   */
  candidates(header: JwtHeader): MaybePromise<readonly VerificationKey[]>;

  /** Reads the keys anew, if they come from elsewhere. */
  refresh(): Promise<void>;
}

/** How many keys of the same `kid` are tried before a signature counts as bad. */
export const MAX_CANDIDATES = 4;
