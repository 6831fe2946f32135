/** A value that is there already, or will be: what is known is answered without a turn of the event loop. */
export type MaybePromise<T> = T | Promise<T>;

/** Does the next thing with a value: at once when it is there, else as soon as it is. */
export function whenReady<T, U>(
  value: MaybePromise<T>,
  next: (value: T) => MaybePromise<U>,
): MaybePromise<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}
