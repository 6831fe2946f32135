import type { ExecutionContext } from '@nestjs/common';
import { hiddenNotes } from '../core/hidden-notes.js';
import { fieldCallOf, type FieldInfo } from './field-call.js';

/** The root fields, as the document has them, to which whoever brought an operation was let in. */
const subscribed = hiddenNotes<WeakSet<object>>();

/** Notes that the guards let somebody subscribe. */
export function rememberSubscribed(execution: ExecutionContext): void {
  const call = fieldCallOf(execution);
  const [field] = call?.info.fieldNodes ?? [];
  if (!call || !field) return;
  const fields = subscribed.get(call.context) ?? new WeakSet();
  subscribed.set(call.context, fields.add(field));
}

/**
 * Whether the guards let somebody subscribe to that very field, with those very arguments. Values are
 * resolved past the guards: over HTTP without anybody having subscribed at all, and of several root
 * fields, which Mercurius does not refuse, one alone was subscribed to.
 */
export function isSubscribed(context: unknown, { fieldNodes: [field] = [] }: FieldInfo): boolean {
  if (typeof context !== 'object' || context === null || !field) return false;
  return subscribed.get(context)?.has(field) === true;
}
