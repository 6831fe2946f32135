import { LRUCache } from 'lru-cache';
import { steady, type Clock } from '../../core/clock.js';
import type { VerifiedJwt } from './verified-jwt.js';

/** How many bad signatures are remembered, and for how long. */
const REFUSED = { max: 512, maxAgeMs: 5000 };

/** How much is remembered of good tokens. */
export interface TokenCacheSettings {
  readonly maxEntries: number;
  readonly maxAgeMs: number;
}

interface Remembered<T> {
  readonly outcome: T;
  readonly forgetAt: number;
}

/**
 * Remembers the outcomes of verifications: identities, never decisions.
 *
 * The key is the token, all of it: nothing that differs in a single character is the same. It is held
 * anyway, for whoever asks for the credential.
 *
 * What is found here still has to be measured against the clock and the issuers' keys, each time.
 */
export class TokenCache {
  readonly #accepted: LRUCache<string, Remembered<VerifiedJwt>>;
  readonly #refused = new LRUCache<string, Remembered<number>>({ max: REFUSED.max });
  readonly #maxAgeMs: number;
  readonly #now: Clock;

  constructor({ maxEntries, maxAgeMs }: TokenCacheSettings, clock: Clock) {
    this.#accepted = new LRUCache({ max: maxEntries });
    this.#maxAgeMs = maxAgeMs;
    this.#now = steady(clock);
  }

  accepted(token: string): VerifiedJwt | undefined {
    return this.#find(this.#accepted, token);
  }

  accept(verified: VerifiedJwt): void {
    const forgetAt = this.#now() + this.#maxAgeMs;
    this.#accepted.set(verified.credential.value, { outcome: verified, forgetAt });
  }

  /** The generation of keys by which the signature was found bad. */
  refused(token: string): number | undefined {
    return this.#find(this.#refused, token);
  }

  refuse(token: string, generation: number): void {
    const forgetAt = this.#now() + REFUSED.maxAgeMs;
    this.#refused.set(token, { outcome: generation, forgetAt });
  }

  forget(token: string): void {
    this.#accepted.delete(token);
  }

  #find<T>(among: LRUCache<string, Remembered<T>>, token: string): T | undefined {
    const found = among.get(token);
    if (!found || this.#now() < found.forgetAt) return found?.outcome;
    among.delete(token);
    return;
  }
}
