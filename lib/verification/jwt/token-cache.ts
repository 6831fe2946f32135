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

/** How much of a token's end it is looked up by, in characters: as many bits as SHA-256 has. */
const TAIL = 43;

/**
 * Remembers the outcomes of verifications: identities, never decisions.
 *
 * Good tokens are looked up by the end of the signature, and count as found only when they are the same
 * from end to end: nothing that differs in a single character is the same. The token is held anyway,
 * for whoever asks for the credential.
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
    const found = this.#find(this.#accepted, token.slice(-TAIL));
    return found?.credential.value === token ? found : undefined;
  }

  accept(verified: VerifiedJwt): void {
    const forgetAt = this.#now() + this.#maxAgeMs;
    this.#accepted.set(verified.credential.value.slice(-TAIL), { outcome: verified, forgetAt });
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
    this.#accepted.delete(token.slice(-TAIL));
  }

  #find<T>(among: LRUCache<string, Remembered<T>>, token: string): T | undefined {
    const found = among.get(token);
    if (!found || this.#now() < found.forgetAt) return found?.outcome;
    among.delete(token);
    return;
  }
}
