import type { KeySet, VerificationKey } from './key-set.js';

/** A secret both sides hold. It verifies HMAC signatures and nothing else. */
export class SecretKeySet implements KeySet {
  readonly #candidates: readonly VerificationKey[];

  constructor(secret: Uint8Array) {
    this.#candidates = [secret];
  }

  candidates(): readonly VerificationKey[] {
    return this.#candidates;
  }

  async refresh(): Promise<void> {
    // A configured secret has no source to be read anew from.
  }
}
