/**
 * Whether two values identify the same thing: only real ones do, for two that are missing are equal too.
 * A number identifies what its decimal text does, as databases and tokens have it either way.
 */
export function isSameIdentifier(one: unknown, other: unknown): boolean {
  const text = identifier(one);
  return text !== undefined && text === identifier(other);
}

/** A text that is not empty; of a whole number, its digits; of anything else, `undefined`. */
export function identifier(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return Number.isSafeInteger(value) || typeof value === 'bigint' ? String(value) : undefined;
}
