import { FixedKeySet } from './fixed-key-set.js';
import type { VerificationKey } from './key-set.js';

/** Secrets that both sides hold, several while they rotate. They verify HMAC signatures and nothing else. */
export class SecretKeySet extends FixedKeySet {
  protected readonly size: number;
  readonly #candidates: readonly VerificationKey[];

  /** @param secrets In the order in which they are tried: which one made a signature is not said. */
  constructor(secrets: readonly Uint8Array[]) {
    super();
    this.size = secrets.length;
    this.#candidates = secrets.map((key) => ({ key, thumbprint: 'secret' }));
  }

  candidates(): readonly VerificationKey[] {
    return this.#candidates;
  }
}
