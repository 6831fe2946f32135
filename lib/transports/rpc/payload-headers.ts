import { ownProperty } from '../../core/own-property.js';
import type { PropertyPath } from '../../core/property-path.js';
import { headersIn, type GivenHeader } from './message-headers.js';

/**
 * Takes the headers out of a payload, own members only, and with them what held nothing else: its
 * handler, and whatever checks or logs it there, sees what was meant for it.
 */
export function takeHeaders(payload: unknown, { segments }: PropertyPath): readonly GivenHeader[] {
  const holders: unknown[] = [payload];
  for (const name of segments.slice(0, -1)) holders.push(memberOf(holders.at(-1), name));
  const headers = memberOf(holders.at(-1), segments.at(-1) ?? '');
  if (headers === undefined) return [];
  for (const [index, name] of [...segments.entries()].toReversed()) {
    const holder = holders[index] as object;
    Reflect.deleteProperty(holder, name);
    if (Reflect.ownKeys(holder).length > 0) break;
  }
  return headersIn(headers);
}

function memberOf(holder: unknown, name: string): unknown {
  return typeof holder === 'object' && holder !== null ? ownProperty(holder, name) : undefined;
}
