/** The longest pause while known keys make up for the issuer, in milliseconds. */
const LONGEST_MS = 30_000;

/** The longest pause while nobody can be let in: whoever waits is let in soon after the issuer is back. */
const LONGEST_WITHOUT_KEYS_MS = 4000;

/**
 * How long to wait after a failure, in milliseconds: longer each time, and not in step with other instances.
 *
 * @param failures How many attempts failed in a row, this one included.
 */
export function pauseAfter(failures: number, hasKeys: boolean): number {
  return hasKeys
    ? Math.random() * Math.min(LONGEST_MS, 1000 * 2 ** (failures - 1))
    : (0.75 + Math.random() / 4) * Math.min(LONGEST_WITHOUT_KEYS_MS, 1000 * 2 ** failures);
}
