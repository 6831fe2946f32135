/** The longest pause while what is known makes up for it, in milliseconds. */
const LONGEST_MS = 30_000;

/** The longest pause while nobody can be served: whoever waits is served soon after it is back. */
const LONGEST_WITHOUT_SPARE_MS = 4000;

/**
 * How long to wait after a failure, in milliseconds: longer each time, and not in step with other instances.
 *
 * @param failures How many attempts failed in a row, this one included.
 */
export function pauseAfter(failures: number, hasSpare: boolean): number {
  return hasSpare
    ? Math.random() * Math.min(LONGEST_MS, 1000 * 2 ** (failures - 1))
    : (0.75 + Math.random() / 4) * Math.min(LONGEST_WITHOUT_SPARE_MS, 1000 * 2 ** failures);
}
