/**
 * A time to live in whole milliseconds, rounded up.
 *
 * @throws {RangeError} When it is none: whatever is kept is kept for a time.
 */
export function millisecondsToLive(ttlSeconds: number): number {
  const milliseconds = Math.ceil(ttlSeconds * 1000);
  if (milliseconds > 0 && Number.isSafeInteger(milliseconds)) return milliseconds;
  throw new RangeError('A time to live is a finite number of seconds, more than 0');
}
