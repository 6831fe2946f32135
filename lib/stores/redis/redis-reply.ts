import { StoreUnavailable } from '../store-unavailable.js';

/** A text, or nothing, which Redis says with null: `undefined` is no reply of its. Clients can be set to give bytes. */
export function textOf(reply: unknown): string | undefined {
  if (reply === null) return;
  if (typeof reply === 'string') return reply;
  if (reply instanceof Uint8Array) return Buffer.from(reply).toString('utf8');
  throw new StoreUnavailable('reply');
}

/** A whole number. Clients can be set to give them as texts. */
export function integerOf(reply: unknown): number {
  const text = typeof reply === 'number' ? String(reply) : textOf(reply);
  if (text !== undefined && /^-?\d{1,15}$/.test(text)) return Number(text);
  throw new StoreUnavailable('reply');
}

/** A list of so many texts. */
export function textsOf(reply: unknown, length: number): readonly (string | undefined)[] {
  if (Array.isArray(reply) && reply.length === length) return reply.map(textOf);
  throw new StoreUnavailable('reply');
}
