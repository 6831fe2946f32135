import { AuthConfigurationError } from './auth-configuration-error.js';

/**
 * Tells the time: milliseconds since the epoch, as `Date.now` does.
 *
 * Every date the module compares (`exp`, `nbf`, `iat`, the age of a key set) is compared with this
 * one clock.
 */
export interface Clock {
  (): number;
  /**
   * Has somebody told whenever it is set, as clocks of tests are: what waits for an instant looks anew.
   * A clock without it only runs.
   *
   * @returns Ends it.
   */
  readonly onSet?: (listener: () => void) => () => void;
}

/** 2001, in milliseconds: a clock that tells seconds is still in 1970. */
const EARLIEST_TIME_MS = 1e12;

/** @throws {AuthConfigurationError} Unless it is a function that tells the milliseconds since the epoch. */
export function assertClock(option: string, clock: unknown): void {
  if (typeof clock !== 'function') {
    const cure = 'Give a function, or leave it out.';
    throw new AuthConfigurationError(option, 'is not a function', cure);
  }
  const cure = 'Let it return a number as Date.now does.';
  const now = told(option, clock as () => unknown, cure);
  if (typeof now === 'number' && now > EARLIEST_TIME_MS && Number.isFinite(now)) return;
  throw new AuthConfigurationError(option, 'does not tell the milliseconds since the epoch', cure);
}

function told(option: string, clock: () => unknown, cure: string): unknown {
  try {
    return clock();
  } catch {
    throw new AuthConfigurationError(option, 'throws', cure);
  }
}

/**
 * A clock for ages: milliseconds that passed since it was made, and never run backwards.
 *
 * When the clock it is made from is set back, nothing passes; when that clock tells no time, nothing
 * passes either.
 */
export function steady(clock: Clock): Clock {
  let last = clock();
  let passed = 0;
  return () => {
    const now = clock();
    if (now > last) passed += now - last;
    if (Number.isFinite(now)) last = now;
    return passed;
  };
}
