import { ownProperty } from '../core/own-property.js';
import type { Principal } from '../core/principal.js';

/** What is written down of whoever makes a request, and no more. */
export interface CallerFacts {
  /** `anonymous` where nobody is known. */
  readonly subject: string;
  readonly organizationId: string | undefined;
  /** Claim `sid`. */
  readonly sessionId: string | undefined;
}

const MAX_LENGTH = 256;

/** @param principal `undefined` where nobody is known. */
export function callerFactsOf(principal: Principal | undefined): CallerFacts {
  if (!principal) return { subject: 'anonymous', organizationId: undefined, sessionId: undefined };
  const { subject, organizationId, claims } = principal;
  const sessionId = ownProperty(claims, 'sid');
  return {
    subject: oneLine(subject),
    organizationId: organizationId === undefined ? undefined : oneLine(organizationId),
    sessionId: typeof sessionId === 'string' ? oneLine(sessionId) : undefined,
  };
}

/** Whatever it holds, it is one line of a log, and no long one. */
export function oneLine(value: string): string {
  return value.replace(/\p{Cc}/gu, '').slice(0, MAX_LENGTH);
}

/** To a hundredth. */
export function millisecondsSince(startedAt: number): number {
  return Math.round((performance.now() - startedAt) * 100) / 100;
}
