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

  constructor(source: CredentialSource, value: string) {
    this.source = source;
    this.#value = value;
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
