import type { JSONWebKeySet } from 'jose';
import type { JwtHeader } from '../header-checks.js';
import type { KeySet, VerificationKey } from './key-set.js';
import { LocalKeySet } from './local-key-set.js';

/**
 * Public keys given in the configuration.
 *
 * A key configured without a `kid` (a PEM has none) was chosen by the operator for every token of
 * the issuer, so it is tried whatever `kid` a token names.
 */
export class StaticKeySet implements KeySet {
  readonly #named: LocalKeySet;
  readonly #unnamed: LocalKeySet;

  constructor({ keys }: JSONWebKeySet) {
    this.#named = new LocalKeySet(keys.filter((key) => key.kid !== undefined));
    this.#unnamed = new LocalKeySet(keys.filter((key) => key.kid === undefined));
  }

  async candidates(header: JwtHeader): Promise<readonly VerificationKey[]> {
    const named = await this.#named.candidates(header);
    if (named.length > 0 || this.#unnamed.size === 0) return named;
    return this.#unnamed.candidates({ alg: header.alg, kid: undefined });
  }

  async refresh(): Promise<void> {
    // Configured keys have no source to be read anew from.
  }
}
