import { inspect } from 'node:util';
import type { ApiKeyRecord } from '../../stores/api-key-store.js';

/**
 * A key that was just made, and what is kept of it.
 *
 * This is the only time that the key is there: show it to its holder, and keep it nowhere. It is left
 * out of `util.inspect`, and so of `console.log`; `JSON.stringify` writes it, so that a handler can
 * answer with it.
 */
export class IssuedApiKey {
  readonly key: string;
  readonly record: ApiKeyRecord;

  constructor(key: string, record: ApiKeyRecord) {
    this.key = key;
    this.record = record;
  }

  toString(): string {
    return '[redacted]';
  }

  [inspect.custom](): string {
    return `IssuedApiKey { id: '${this.record.id}', key: [redacted] }`;
  }
}
