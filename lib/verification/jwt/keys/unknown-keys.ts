import { LRUCache } from 'lru-cache';
import type { Clock } from '../../../core/clock.js';

/** How many looks for unknown keys an issuer is asked for at once, and how long until there is one more. */
const CAPACITY = 2;
const REFILL_MS = 30_000;

/** How many key ids are remembered as unknown, and for how long. */
const MAX_REMEMBERED = 256;
const REMEMBERED_MS = 60_000;

/**
 * Decides when an issuer is asked for a key that nobody knows: at once after a rotation, and hardly
 * ever because somebody makes up key ids.
 */
export class UnknownKeys {
  readonly #now: Clock;
  readonly #until = new LRUCache<string, number>({ max: MAX_REMEMBERED });
  #budget = CAPACITY;
  #refilledAt: number;

  /** @param now Never runs backwards. */
  constructor(now: Clock) {
    this.#now = now;
    this.#refilledAt = now();
  }

  /** Whether the issuer was asked for this key lately, and does not publish it. */
  has(kid: string | undefined): boolean {
    return (this.#until.get(nameOf(kid)) ?? -Infinity) > this.#now();
  }

  add(kid: string | undefined): void {
    this.#until.set(nameOf(kid), this.#now() + REMEMBERED_MS);
  }

  /** To be called when keys came or went: what is unknown may be known now. */
  clear(): void {
    this.#until.clear();
  }

  /** Takes one look from the budget, if there is one left. */
  spend(): boolean {
    const refills = Math.floor((this.#now() - this.#refilledAt) / REFILL_MS);
    this.#refilledAt =
      this.#budget + refills >= CAPACITY ? this.#now() : this.#refilledAt + refills * REFILL_MS;
    this.#budget = Math.min(CAPACITY, this.#budget + refills);
    if (this.#budget === 0) return false;
    this.#budget -= 1;
    return true;
  }
}

/** A token need not name its key. */
function nameOf(kid: string | undefined): string {
  return kid === undefined ? 'unnamed' : `named ${kid}`;
}
