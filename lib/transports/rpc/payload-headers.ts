import { ownProperty } from '../../core/own-property.js';
import type { PropertyPath } from '../../core/property-path.js';
import { headersIn, type GivenHeader } from './message-headers.js';

/** Takes the headers out of a payload, own members only: its handler, and whatever logs it there, sees none. */
export function takeHeaders(payload: unknown, { segments }: PropertyPath): readonly GivenHeader[] {
  let holder = payload;
  for (const name of segments.slice(0, -1)) holder = memberOf(holder, name);
  const last = segments.at(-1) ?? '';
  const headers = memberOf(holder, last);
  if (headers === undefined) return [];
  Reflect.deleteProperty(holder as object, last);
  return headersIn(headers);
}

function memberOf(holder: unknown, name: string): unknown {
  return typeof holder === 'object' && holder !== null ? ownProperty(holder, name) : undefined;
}
