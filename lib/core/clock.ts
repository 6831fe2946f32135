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
