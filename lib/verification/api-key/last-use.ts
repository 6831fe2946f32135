import { LRUCache } from 'lru-cache';
import { steady, type Clock } from '../../core/clock.js';
import type { MaybePromise } from '../../core/maybe-promise.js';

const DEFAULT_INTERVAL_MS = 60_000;

/** Of how many keys it is remembered when their use was last written. */
const MAX_REMEMBERED = 10_000;

/** How the use of keys is written down. */
export interface LastUseSettings {
  /** Writes it down: `(id, usedAt) => store.update(id, { lastUsedAt: usedAt })`. */
  readonly write: (id: string, usedAt: Date) => MaybePromise<unknown>;
  readonly clock: Clock;
  /**
   * How long nothing more is written of the same key, in milliseconds.
   *
   * @default 60000
   */
  readonly intervalMs?: number | undefined;
  /**
   * Told when writing failed. Nobody else is.
   *
   * @default nobody
   */
  readonly onFailure?: ((failure: unknown) => void) | undefined;
}

/**
 * Writes down when keys were used, now and then: after the request went on, and without a word to it
 * when that fails.
 *
 * What was noted is a hint for people who tidy up keys, and no record of every use.
 */
export class LastUse {
  readonly #settings: LastUseSettings;
  readonly #intervalMs: number;
  readonly #now: Clock;
  readonly #written = new LRUCache<string, number>({ max: MAX_REMEMBERED });

  constructor(settings: LastUseSettings) {
    this.#settings = settings;
    this.#intervalMs = settings.intervalMs ?? DEFAULT_INTERVAL_MS;
    this.#now = steady(settings.clock);
  }

  /** Returns at once, and never throws. */
  note(id: string): void {
    const now = this.#now();
    const last = this.#written.get(id);
    if (last !== undefined && now - last < this.#intervalMs) return;
    this.#written.set(id, now);
    const usedAt = new Date(this.#settings.clock());
    setImmediate(() => void this.#write(id, usedAt));
  }

  /** It fails as seldom as it is tried: what could not be written is not written again before its time. */
  async #write(id: string, usedAt: Date): Promise<void> {
    try {
      await this.#settings.write(id, usedAt);
    } catch (failure) {
      this.#report(failure);
    }
  }

  #report(failure: unknown): void {
    try {
      this.#settings.onFailure?.(failure);
    } catch {
      // Whoever is told of failures has to deal with their own.
    }
  }
}
