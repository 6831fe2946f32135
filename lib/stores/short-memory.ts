import { LRUCache } from 'lru-cache';
import type { Clock } from '../core/clock.js';

/** How much is remembered, and for how long. */
export interface MemorySettings {
  readonly maxEntries: number;
  /** With 0, nothing is. */
  readonly maxAgeMs: number;
}

/** A value, and how long it is remembered. */
export interface Remembered<T> {
  readonly value: T;
  readonly forgetAt: number;
}

/** Remembers so many values, those used last, each for a time. */
export class ShortMemory<T> {
  readonly #entries: LRUCache<string, Remembered<T>>;
  readonly #maxAgeMs: number;
  readonly #now: Clock;

  /** @param now Never runs backwards. */
  constructor({ maxEntries, maxAgeMs }: MemorySettings, now: Clock) {
    this.#entries = new LRUCache({ max: maxEntries });
    this.#maxAgeMs = maxAgeMs;
    this.#now = now;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): T | undefined {
    return this.find(key)?.value;
  }

  /** As {@link get}, and until when: for whoever would not look for it each time. */
  find(key: string): Remembered<T> | undefined {
    const found = this.#entries.get(key);
    if (!found || this.#now() < found.forgetAt) return found;
    this.#entries.delete(key);
    return;
  }

  /** @param since When it began to be so. Default: now. */
  set(key: string, value: T, since = this.#now()): void {
    if (this.#maxAgeMs === 0) return;
    this.#entries.set(key, { value, forgetAt: since + this.#maxAgeMs });
  }

  /** @returns Whether it was remembered still. */
  delete(key: string): boolean {
    const wasThere = this.get(key) !== undefined;
    this.#entries.delete(key);
    return wasThere;
  }

  /** Forgets whatever is as asked. */
  deleteWhere(isMeant: (value: T) => boolean): void {
    for (const [key, { value }] of this.#entries.entries()) if (isMeant(value)) this.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }
}
