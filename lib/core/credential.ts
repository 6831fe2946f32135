import { inspect } from 'node:util';

/** Where in the request a credential was found. */
export type CredentialSource = 'header' | 'cookie';

/**
 * What a client presented to prove who it is, as it was presented.
 *
 * The text itself is reachable only through {@link Credential.value}: it shows in no log line,
 * `JSON.stringify`, template string or `util.inspect`.
 */
export class Credential {
  readonly source: CredentialSource;
  readonly #value: string;
  readonly #isLasting: boolean;

  /** @param isLasting Whether this very object is presented again and again. Default: `false`. */
  constructor(source: CredentialSource, value: string, isLasting = false) {
    this.source = source;
    this.#value = value;
    this.#isLasting = isLasting;
  }

  /** Whether this very object is presented again and again, as by a socket with each message: what was found of it is remembered by it. */
  get isLasting(): boolean {
    return this.#isLasting;
  }

  /** The credential itself, for forwarding it to another service. Never log it. */
  get value(): string {
    return this.#value;
  }

  toJSON(): string {
    return '[redacted]';
  }

  toString(): string {
    return '[redacted]';
  }

  [inspect.custom](): string {
    return `Credential { source: '${this.source}', value: [redacted] }`;
  }
}
