/**
 * Whether two values identify the same thing. A number identifies what its decimal text does, as
 * databases and tokens have it either way.
 *
 * @returns `undefined` when one of them identifies nothing: two that are missing are equal too.
 */
export function areSameIdentifiers(one: unknown, other: unknown): boolean | undefined {
  const [first, second] = [identifier(one), identifier(other)];
  return first === undefined || second === undefined ? undefined : first === second;
}

/** A text that is not empty; of a whole number, its digits; of anything else, `undefined`. */
export function identifier(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return Number.isSafeInteger(value) || typeof value === 'bigint' ? String(value) : undefined;
}
