/** How what a handler returned is read. */
export interface Reading {
  /** Does something with the message at hand. */
  readonly within: <T>(work: () => T) => T;
  /** Whether nothing more is to be told. */
  readonly isOver: () => boolean;
}

/**
 * What a subscription of GraphQL yields is made when it is asked for, long after the handler returned:
 * with the message at hand all the same, and for as long as the caller may have it.
 *
 * @returns What is no subscription as it is.
 */
export function subscription(value: unknown, reading: Reading): unknown {
  if (!isIterator(value)) return value;
  const { within } = reading;
  return {
    next: (...given: [] | [unknown]) =>
      within(async () => {
        const result = await value.next(...given);
        if (result.done === true || !reading.isOver()) return result;
        await value.return?.();
        return { done: true, value: undefined };
      }),
    return: (given?: unknown) =>
      within(async () => value.return?.(given) ?? { done: true, value: given }),
    throw: (failure?: unknown) =>
      within(async () => {
        if (value.throw) return value.throw(failure);
        throw failure;
      }),
    [Symbol.asyncIterator]() {
      return this;
    },
  } satisfies AsyncIterableIterator<unknown>;
}

function isIterator(value: unknown): value is AsyncIterableIterator<unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const { next, [Symbol.asyncIterator]: iterator } = value as Record<string | symbol, unknown>;
  return typeof next === 'function' && typeof iterator === 'function';
}
