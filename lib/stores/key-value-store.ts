import type { MaybePromise } from '../core/maybe-promise.js';

/**
 * Texts under keys, each for a time. Every operation is atomic, so that several instances of an
 * application may share one store.
 *
 * Whatever fails throws, and never answers as if nothing were there.
 */
export interface KeyValueStore {
  get(key: string): MaybePromise<string | undefined>;

  /** The values of several keys, in their order. */
  getAll(keys: readonly string[]): MaybePromise<readonly (string | undefined)[]>;

  /** @param ttlSeconds For how long it is kept, in seconds; more than 0. */
  set(key: string, value: string, ttlSeconds: number): MaybePromise<void>;

  /** @returns Whether nothing was there, so that it is now what was given. */
  setIfAbsent(key: string, value: string, ttlSeconds: number): MaybePromise<boolean>;

  /** What was there, which no other caller gets. */
  getAndDelete(key: string): MaybePromise<string | undefined>;

  /**
   * Counts up by one, from nothing.
   *
   * @param ttlSeconds For how long it is counted, in seconds, from the first.
   * @returns The count, this one included.
   */
  increment(key: string, ttlSeconds: number): MaybePromise<number>;

  delete(key: string): MaybePromise<void>;
}
