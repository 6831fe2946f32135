import { calculateJwkThumbprint, createLocalJWKSet, errors, type CryptoKey, type JWK } from 'jose';
import { InvalidCredential } from '../../../core/auth-error.js';
import type { MaybePromise } from '../../../core/maybe-promise.js';
import type { JwtHeader } from '../header-checks.js';
import { MAX_CANDIDATES, type VerificationKey } from './key-set.js';

/**
 * One generation of public keys, immutable: jose selects and imports. What was found once is found
 * again at once; what was not is not remembered, so that made-up key ids leave nothing behind.
 */
export class LocalKeySet {
  readonly #select: ReturnType<typeof createLocalJWKSet>;
  readonly #found = new Map<string, Map<string | undefined, readonly VerificationKey[]>>();

  /** @param keys Inspected already. */
  constructor(keys: readonly JWK[]) {
    this.#select = createLocalJWKSet({ keys: [...keys] });
  }

  /** @throws {InvalidCredential} */
  candidates(header: JwtHeader): MaybePromise<readonly VerificationKey[]> {
    return this.#found.get(header.alg)?.get(header.kid) ?? this.#find(header);
  }

  async #find({ alg, kid }: JwtHeader): Promise<readonly VerificationKey[]> {
    const selected = await this.#selected(kid === undefined ? { alg } : { alg, kid });
    const found = await Promise.all(selected.map(identified));
    if (found.length > 0) {
      const ofAlgorithm = this.#found.get(alg) ?? new Map<string | undefined, typeof found>();
      this.#found.set(alg, ofAlgorithm.set(kid, found));
    }
    return found;
  }

  async #selected(header: { alg: string; kid?: string }): Promise<readonly CryptoKey[]> {
    try {
      return [await this.#select(header)];
    } catch (failure) {
      if (failure instanceof errors.JWKSNoMatchingKey) return [];
      if (failure instanceof errors.JWKSMultipleMatchingKeys) return first(failure);
      throw new InvalidCredential('key_rejected', { cause: failure });
    }
  }
}

async function first(keys: AsyncIterable<CryptoKey>): Promise<readonly CryptoKey[]> {
  const found: CryptoKey[] = [];
  for await (const key of keys) {
    found.push(key);
    if (found.length === MAX_CANDIDATES) break;
  }
  return found;
}

async function identified(key: CryptoKey): Promise<VerificationKey> {
  return { key, thumbprint: await calculateJwkThumbprint(key) };
}
