import type { Clock } from './clock.js';

/** The longest that a timer waits, in milliseconds: it counts in 32 bits. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Does something when a clock shows an instant, however far off that is, and at once where it is over. A
 * clock that was set back meanwhile is waited for; it keeps no process alive.
 *
 * @param instant In milliseconds since the epoch; `Infinity` for never.
 * @returns Forgets it.
 */
export function atInstant(instant: number, clock: Clock, act: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const wait = (): void => {
    const left = Math.max(instant - clock(), 0);
    timer = setTimeout(
      () => {
        if (instant > clock()) wait();
        else act();
      },
      Math.min(left, LONGEST_TIMER_MS),
    ).unref();
  };
  if (instant !== Infinity) wait();
  return () => {
    clearTimeout(timer);
  };
}
