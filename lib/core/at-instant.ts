import type { Clock } from './clock.js';

/** The longest that a timer waits, in milliseconds: it counts in 32 bits. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Does something when a clock shows an instant, however far off that is, and soon where it is over. A
 * clock that was set back meanwhile is waited for; it keeps no process alive.
 *
 * @param instant In milliseconds since the epoch; `Infinity` for never.
 * @returns Forgets it.
 */
export function atInstant(instant: number, clock: Clock, act: () => void): () => void {
  if (instant === Infinity) return () => undefined;
  let timer: NodeJS.Timeout | undefined;
  const wait = (): void => {
    clearTimeout(timer);
    const left = Math.min(Math.max(instant - clock(), 0), LONGEST_TIMER_MS);
    timer = setTimeout(look, left).unref();
  };
  const endTelling = clock.onSet?.(wait);
  const forget = (): void => {
    clearTimeout(timer);
    endTelling?.();
  };
  const look = (): void => {
    if (instant > clock()) {
      wait();
      return;
    }
    forget();
    act();
  };
  wait();
  return forget;
}
