/** A value that is there already, or will be: what is known is answered without a turn of the event loop. */
export type MaybePromise<T> = T | Promise<T>;
