import { inspect } from 'node:util';

const REDACTED = '[redacted]';

/** A value that shows in no log line, `JSON.stringify`, template string or `util.inspect`. */
export class Concealed<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  reveal(): T {
    return this.#value;
  }

  toJSON(): string {
    return REDACTED;
  }

  toString(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}
