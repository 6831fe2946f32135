import { hash } from 'node:crypto';
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

/** So much of a hash is told: 96 bits. */
const MARK_LENGTH = 16;

const PLAIN = /^[\x20-\x5b\x5d-\x7e]*$/;

/** Controls, separators of lines, format characters, halves of pairs, what is not drawn, and what looks like an escape of ours. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|\\(?=u\{)/gu;

const LOOKS_CUT = /…[\w-]{16}$/;

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

/**
 * Whatever it holds, it is one line of a log, and no long one. Two values never look the same: what
 * cannot be seen is escaped (`\\u{202e}`), and one that is cut ends with a part of its SHA-256.
 */
export function oneLine(value: string): string {
  const escaped = PLAIN.test(value) ? value : value.replace(UNSEEN, escapedCharacter);
  if (escaped.length <= MAX_LENGTH && !LOOKS_CUT.test(escaped)) return escaped;
  const mark = `…${hash('sha256', value, 'base64url').slice(0, MARK_LENGTH)}`;
  return escaped.slice(0, MAX_LENGTH - mark.length).replace(/[\ud800-\udbff]$/, '') + mark;
}

function escapedCharacter(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/** @param startedAt By the clock of `performance`. */
export function millisecondsSince(startedAt: number): number {
  return roundedMilliseconds(performance.now() - startedAt);
}

/** To a hundredth. */
export function roundedMilliseconds(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}
