/** A value that is there already, or will be: what is known is answered without a turn of the event loop. */
export type MaybePromise<T> = T | Promise<T>;

/** Whether a value will be there later. Some libraries put another class in the place of `Promise`, so that is not asked. */
export function isPending<T>(value: MaybePromise<T>): value is Promise<T> {
  const { then } = (value ?? {}) as { readonly then?: unknown };
  return typeof then === 'function';
}

/** Does the next thing with a value: at once when it is there, else as soon as it is. */
export function whenReady<T, U>(
  value: MaybePromise<T>,
  next: (value: T) => MaybePromise<U>,
): MaybePromise<U> {
  return isPending(value) ? value.then(next) : next(value);
}
