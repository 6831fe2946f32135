import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import { assertObject } from '../core/assert-object.js';
import type { Clock } from '../core/clock.js';
import { ownMembers } from '../core/own-property.js';
import { refuseUnknown } from '../core/refuse-unknown.js';
import { ExpirySchedule } from './expiry-schedule.js';
import type { KeyValueStore } from './key-value-store.js';
import { StoreUnavailable } from './store-unavailable.js';
import { millisecondsToLive } from './time-to-live.js';

/** How much is kept in memory, and by which clock. */
export interface MemoryKeyValueStoreOptions {
  /**
   * How many entries there may be at a time.
   *
   * @default 100_000
   */
  readonly maxEntries?: number | undefined;
  /** @default Date.now */
  readonly clock?: Clock | undefined;
}

interface Entry {
  readonly value: string;
  /** In milliseconds since the epoch. */
  readonly expiresAt: number;
}

/**
 * Keeps entries in the memory of one process, and answers at once.
 *
 * When it is full, whatever would add an entry throws, until others have expired. It evicts nothing:
 * a revocation that was dropped would let a revoked token in. Give what callers can make grow without
 * a limit, such as counters of failed attempts, a store of its own.
 *
 * Expired entries are removed as others are written; no timer runs.
 */
export class MemoryKeyValueStore implements KeyValueStore {
  readonly #entries = new Map<string, Entry>();
  readonly #schedule = new ExpirySchedule();
  readonly #maxEntries: number;
  readonly #clock: Clock;

  /** @throws {AuthConfigurationError} When there is room for no entry, or an option is none. */
  constructor(options: MemoryKeyValueStoreOptions = {}) {
    assertObject('MemoryKeyValueStore', options);
    refuseUnknown('MemoryKeyValueStore', options, ['maxEntries', 'clock']);
    const { maxEntries = 100_000, clock = Date.now } = ownMembers(options);
    if (!Number.isSafeInteger(maxEntries) || maxEntries < 1) {
      const cure = 'Give a whole number, 1 or more, or leave it out.';
      throw new AuthConfigurationError('MemoryKeyValueStore.maxEntries', 'is no number', cure);
    }
    this.#maxEntries = maxEntries;
    this.#clock = clock;
  }

  /** How many entries are held, those included that expired and are not removed yet. */
  get size(): number {
    return this.#entries.size;
  }

  get(key: string): string | undefined {
    return this.#find(key, this.#now())?.value;
  }

  getAll(keys: readonly string[]): readonly (string | undefined)[] {
    const now = this.#now();
    return keys.map((key) => this.#find(key, now)?.value);
  }

  /** @throws {StoreUnavailable} When it is full, as every method that adds an entry. */
  set(key: string, value: string, ttlSeconds: number): void {
    const now = this.#now();
    this.#put(key, { value, expiresAt: now + millisecondsToLive(ttlSeconds) }, now);
  }

  setIfAbsent(key: string, value: string, ttlSeconds: number): boolean {
    const now = this.#now();
    const expiresAt = now + millisecondsToLive(ttlSeconds);
    if (this.#find(key, now)) return false;
    this.#put(key, { value, expiresAt }, now);
    return true;
  }

  getAndDelete(key: string): string | undefined {
    const found = this.#find(key, this.#now());
    this.#remove(key);
    return found?.value;
  }

  /** @throws {TypeError} When something else than a count is there. */
  increment(key: string, ttlSeconds: number): number {
    const now = this.#now();
    const fresh = { value: '0', expiresAt: now + millisecondsToLive(ttlSeconds) };
    const { value, expiresAt } = this.#find(key, now) ?? fresh;
    const count = Number(value) + 1;
    if (!Number.isSafeInteger(count)) throw new TypeError('What is there is no count');
    this.#put(key, { value: String(count), expiresAt }, now);
    return count;
  }

  delete(key: string): void {
    this.#remove(key);
  }

  /** By a clock that tells no time, nothing is known to be there, and nothing not to be. */
  #now(): number {
    const now = this.#clock();
    if (!Number.isFinite(now)) throw new StoreUnavailable('clock');
    return now;
  }

  #find(key: string, now: number): Entry | undefined {
    const entry = this.#entries.get(key);
    return entry && now < entry.expiresAt ? entry : undefined;
  }

  #put(key: string, entry: Entry, now: number): void {
    for (const due of this.#schedule.takeDue(now)) this.#entries.delete(due);
    const isFull = this.#entries.size >= this.#maxEntries;
    if (isFull && !this.#entries.has(key)) throw new StoreUnavailable('full');
    this.#remove(key);
    this.#entries.set(key, entry);
    this.#schedule.add(key, entry.expiresAt);
  }

  #remove(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.delete(key);
    this.#schedule.remove(key, entry.expiresAt);
  }
}
