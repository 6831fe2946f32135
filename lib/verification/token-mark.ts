import { InvalidCredential } from '../core/auth-error.js';
import { ownProperty } from '../core/own-property.js';

/** The two parts of a token that say something of it, and whose words nobody took for granted yet. */
export interface TokenParts {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Something that a token says, and by which it is told from others (RFC 8725 sections 3.11 and 3.12). */
export interface TokenMark {
  readonly part: keyof TokenParts;
  readonly name: string;
  readonly expected: ExpectedMark;
  /** Whether a token that says nothing of it will do as well. */
  readonly isOptional: boolean;
}

/** What it has to say: one of some values, a text that begins so, or anything, or nothing. */
export type ExpectedMark =
  | { readonly values: readonly (string | boolean)[] }
  | { readonly prefix: string }
  | { readonly isThere: boolean };

/** Whether a token bears a mark. */
export function bears(token: TokenParts, mark: TokenMark): boolean {
  const value = said(token, mark);
  const { expected } = mark;
  if ('isThere' in expected) return (value !== undefined) === expected.isThere;
  if (value === undefined) return mark.isOptional;
  if ('prefix' in expected) return typeof value === 'string' && value.startsWith(expected.prefix);
  return expected.values.some((each) => each === value);
}

/** A media type is compared without regard to case, and `application/` may be left out (RFC 7515 section 4.1.9). */
function said(token: TokenParts, { part, name }: TokenMark): unknown {
  const value = ownProperty(token[part], name);
  if (part !== 'header' || name !== 'typ' || typeof value !== 'string') return value;
  return plainMediaType(value);
}

/** As header `typ` is compared: without `application/`, in small letters. */
export function plainMediaType(value: string): string {
  return value.toLowerCase().replace(/^application\//, '');
}

/** @throws {InvalidCredential} Unless a token bears all marks. */
export function checkMarks(token: TokenParts, marks: readonly TokenMark[]): void {
  const missing = marks.find((mark) => !bears(token, mark));
  if (missing) throw new InvalidCredential('token_use_mismatch', { detail: inWords(missing) });
}

/** Whether no token could bear both lists of marks. */
export function areExclusive(one: readonly TokenMark[], other: readonly TokenMark[]): boolean {
  return one.some((mine) => other.some((theirs) => exclude(mine, theirs)));
}

function exclude(one: TokenMark, other: TokenMark): boolean {
  if (one.part !== other.part || one.name !== other.name) return false;
  if (one.isOptional && other.isOptional) return false;
  return disagree(one, other) || disagree(other, one);
}

function disagree(
  { expected: one }: TokenMark,
  { expected: other, isOptional }: TokenMark,
): boolean {
  if ('isThere' in one) {
    if ('isThere' in other) return one.isThere !== other.isThere;
    return !one.isThere && !isOptional;
  }
  if ('isThere' in other) return false;
  if ('values' in one) return one.values.every((value) => !isExpected(value, other));
  return 'prefix' in other && !overlap(one.prefix, other.prefix);
}

function isExpected(value: string | boolean, expected: ExpectedMark): boolean {
  if ('values' in expected) return expected.values.includes(value);
  return 'prefix' in expected && typeof value === 'string' && value.startsWith(expected.prefix);
}

function overlap(one: string, other: string): boolean {
  return one.startsWith(other) || other.startsWith(one);
}

/** For the log: made of what the configuration says. */
function inWords({ part, name, expected, isOptional }: TokenMark): string {
  const what = part === 'header' ? `${name} of the header` : name;
  const or = isOptional ? ', or is not there' : '';
  if ('isThere' in expected) return `${what} is ${expected.isThere ? '' : 'not '}there`;
  if ('prefix' in expected) return `${what} begins with ${expected.prefix}${or}`;
  return `${what} is ${expected.values.join(' or ')}${or}`;
}
