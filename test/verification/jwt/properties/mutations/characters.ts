import fc from 'fast-check';
import { decoded, encoded } from '../signed-token.js';
import {
  anySegment,
  anywhere,
  family,
  spliced,
  withSegment,
  type MutationFamily,
} from './family.js';

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** What is no character of a token, and what a lenient reader skips, trims or cuts at. */
const STRANGE = [
  ...[' ', '\t', '\n', '\r', '\r\n', '\0', '\u0001', '\u001b', '\u007f', '\v', '\f'],
  ...['\u0080', '\u0085', '\u00a0', '\u00ad', '\u1680', '\u2003', '\u2028', '\u2029', '\u3000'],
  ...['\u200b', '\u200c', '\u200d', '\u2060', '\u202e', '\ufeff', '\ufffd', '\ud800', '\udc00'],
  ...[
    '=',
    '+',
    '/',
    ',',
    ';',
    ':',
    '"',
    "'",
    '\\',
    '%',
    '&',
    '#',
    '~',
    '*',
    '(',
    '<',
    '{',
    '[',
    '|',
  ],
  ...['%00', '%20', '%2e', '&#46;', '\\u002e', 'é', '😀', '\u0301'],
];

/** Characters that look or fold like one of a token. */
const LOOK_ALIKES: ReadonlyMap<string, readonly string[]> = new Map([
  ['.', ['．', '。', '․', '·', '‧', ',']],
  ['-', ['‐', '‑', '–', '−', '－', '+']],
  ['_', ['＿', '‗', 'ˍ', '/']],
  ['K', ['\u212a', 'К', 'Κ']],
  ['s', ['ſ', 'ѕ']],
  ['i', ['ı', 'і', 'İ']],
  ['e', ['е', 'ｅ']],
  ['o', ['о', 'ο', '0']],
  ['A', ['А', 'Α', 'Å']],
  ['I', ['І', 'l', 'İ']],
]);

/** Full width; and what becomes the same octet when a code unit is cut to one, or to seven bits. */
function lookAlikesOf(character: string): readonly string[] {
  const code = character.charCodeAt(0);
  const shifted = [0xfee0, 0x80, 0x100, 0x200, 0xff00].map((by) => String.fromCharCode(code + by));
  return [...(LOOK_ALIKES.get(character) ?? []), ...shifted];
}

/** Mutations that know nothing of what they change. */
export const CHARACTER_MUTATIONS: readonly MutationFamily[] = [
  family(
    'a bit of the octets flipped',
    fc.record({ segment: anySegment, octet: anywhere, bit: fc.nat({ max: 7 }) }),
    (token, { segment, octet, bit }) => {
      const octets = decoded(token.segments[segment]);
      const at = octet % octets.length;
      octets[at] = (octets[at] ?? 0) ^ (1 << bit);
      return withSegment(token, segment, encoded(octets));
    },
  ),
  family(
    'several octets replaced',
    fc.record({
      segment: anySegment,
      octet: anywhere,
      by: fc.uint8Array({ minLength: 1, maxLength: 40 }),
    }),
    (token, { segment, octet, by }) => {
      const octets = decoded(token.segments[segment]);
      octets.set(by.subarray(0, octets.length), octet % Math.max(1, octets.length - by.length));
      return withSegment(token, segment, encoded(octets));
    },
  ),
  family(
    'a bit of the text flipped',
    fc.record({ place: anywhere, bit: fc.nat({ max: 15 }) }),
    ({ text }, { place, bit }) => {
      const at = place % text.length;
      return spliced(text, at, 1, String.fromCharCode(text.charCodeAt(at) ^ (1 << bit)));
    },
  ),
  family(
    'a character replaced by another of the alphabet',
    fc.record({ segment: anySegment, place: anywhere, by: fc.constantFrom(...BASE64URL) }),
    (token, { segment, place, by }) => {
      const text = token.segments[segment];
      return withSegment(token, segment, spliced(text, place % text.length, 1, by));
    },
  ),
  family(
    'the last character of a segment replaced',
    fc.record({ segment: anySegment, by: fc.constantFrom(...BASE64URL) }),
    (token, { segment, by }) =>
      withSegment(token, segment, token.segments[segment].slice(0, -1) + by),
  ),
  family(
    'a character replaced by any',
    fc.record({ place: anywhere, by: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) }),
    ({ text }, { place, by }) => spliced(text, place % text.length, 1, by),
  ),
  family(
    'a character replaced by its look-alike',
    fc.record({ place: anywhere, which: anywhere, all: fc.boolean() }),
    ({ text }, { place, which, all }) => {
      const at = place % text.length;
      const character = text.charAt(at);
      const others = lookAlikesOf(character);
      const other = others[which % others.length] ?? '';
      return all ? text.replaceAll(character, other) : spliced(text, at, 1, other);
    },
  ),
  family(
    'a strange character inserted',
    fc.record({
      place: fc.oneof(anywhere, fc.constantFrom('start' as const, 'end' as const)),
      strange: fc.array(fc.constantFrom(...STRANGE), { minLength: 1, maxLength: 3 }),
    }),
    ({ text }, { place, strange }) => {
      const at = place === 'start' ? 0 : place === 'end' ? text.length : place % text.length;
      return spliced(text, at, 0, strange.join(''));
    },
  ),
  family(
    'a strange character beside a dot',
    fc.record({
      dot: fc.nat({ max: 1 }),
      after: fc.boolean(),
      strange: fc.constantFrom(...STRANGE),
    }),
    ({ segments: [header, payload, signature] }, { dot, after, strange }) => {
      const dots = [0, 1].map((at) => (at === dot ? (after ? `.${strange}` : `${strange}.`) : '.'));
      return [header, dots[0], payload, dots[1], signature].join('');
    },
  ),
  family('the letter case of a character swapped', anywhere, ({ text }, place) => {
    const letters = [...text.matchAll(/[a-z]/gi)];
    const { 0: letter, index } = letters[place % letters.length] ?? { 0: '', index: 0 };
    const swapped = letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
    return spliced(text, index, 1, swapped);
  }),
  family('two neighbours exchanged', anywhere, ({ text }, place) => {
    const at = place % (text.length - 1);
    return spliced(text, at, 2, text.charAt(at + 1) + text.charAt(at));
  }),
];
