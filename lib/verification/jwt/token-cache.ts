import { hash } from 'node:crypto';
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

  /**
   * Names a token by every one of its octets, so that a respelt one is another one (FIPS 180-4,
   * SHA-256). The name is 32 characters, and none of them is meant to be read.
   */
  static digestOf(token: string): string {
    return hash('sha256', token, 'binary');
  }

  accepted(digest: string): VerifiedJwt | undefined {
    return this.#find(this.#accepted, digest);
  }

  accept(digest: string, token: VerifiedJwt): void {
    const forgetAt = this.#now() + this.#maxAgeMs;
    this.#accepted.set(digest, { outcome: token, forgetAt });
  }

  /** The generation of keys by which the signature was found bad. */
  refused(digest: string): number | undefined {
    return this.#find(this.#refused, digest);
  }

  refuse(digest: string, generation: number): void {
    const forgetAt = this.#now() + REFUSED.maxAgeMs;
    this.#refused.set(digest, { outcome: generation, forgetAt });
  }

  forget(digest: string): void {
    this.#accepted.delete(digest);
  }

  #find<T>(among: LRUCache<string, Remembered<T>>, digest: string): T | undefined {
    const found = among.get(digest);
    if (!found || this.#now() < found.forgetAt) return found?.outcome;
    among.delete(digest);
    return;
  }
}
