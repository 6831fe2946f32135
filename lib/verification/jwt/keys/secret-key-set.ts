import { FixedKeySet } from './fixed-key-set.js';
import type { VerificationKey } from './key-set.js';

/** A secret both sides hold. It verifies HMAC signatures and nothing else. */
export class SecretKeySet extends FixedKeySet {
  protected readonly size = 1;
  readonly #candidates: readonly VerificationKey[];

  constructor(secret: Uint8Array) {
    super();
    this.#candidates = [{ key: secret, thumbprint: 'secret' }];
  }

  candidates(): readonly VerificationKey[] {
    return this.#candidates;
  }
}
