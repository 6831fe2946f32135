import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { KeyValueStore } from '../../stores/key-value-store.js';
import { StoreUnavailable } from '../../stores/store-unavailable.js';

/** How long a lock is held at most, how long it is waited for, and how often it is asked for. */
const LOCK = { seconds: 5, patienceMs: 7000, intervalMs: 20 };

/** Whether the lock is still held; it ends by itself when its holder is gone. */
export type StillHeld = () => boolean;

/**
 * Does something to a store that nobody who takes the same lock does at the same time, in whatever
 * process.
 *
 * When it fails, the lock is left to end by itself: what the store did not answer in time may still
 * happen.
 *
 * @throws {StoreUnavailable} When others hold the lock for too long.
 */
export async function exclusively<T>(
  store: KeyValueStore,
  lock: string,
  act: (isHeld: StillHeld) => Promise<T>,
): Promise<T> {
  const taken = await take(store, lock);
  const isHeld = (): boolean => performance.now() - taken < LOCK.seconds * 1000;
  const result = await act(isHeld);
  if (isHeld()) await store.delete(lock);
  return result;
}

/** @returns When it was asked for, which is before it was taken. */
async function take(store: KeyValueStore, lock: string): Promise<number> {
  const givenUpAt = performance.now() + LOCK.patienceMs;
  for (;;) {
    const asked = performance.now();
    if (await store.setIfAbsent(lock, randomUUID(), LOCK.seconds)) return asked;
    if (performance.now() > givenUpAt) throw new StoreUnavailable('locked');
    await pause(LOCK.intervalMs);
  }
}
