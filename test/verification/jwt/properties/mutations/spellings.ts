import fc from 'fast-check';
import { decoded } from '../signed-token.js';
import {
  anySegment,
  anywhere,
  family,
  spliced,
  withSegment,
  type MutationFamily,
} from './family.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Segments that have another spelling each, at random: a non-empty choice of the three. */
const someSegments = fc.subarray([0, 1, 2], { minLength: 1 });

/** The other spellings of the last character, which stand for the same octets (RFC 4648 section 3.5). */
function respeltEnd(segment: string, which: number): string {
  const unused = [0, 0, 4, 2][segment.length % 4] ?? 0;
  const value = ALPHABET.indexOf(segment.slice(-1));
  const other = value ^ (1 + (which % Math.max(1, 2 ** unused - 1)));
  return unused === 0 ? segment : segment.slice(0, -1) + ALPHABET.charAt(other);
}

/** Other texts for the very octets of a valid token: a lenient decoder takes all of them for it. */
export const SPELLING_MUTATIONS: readonly MutationFamily[] = [
  family(
    'padded',
    fc.record({
      segments: someSegments,
      padding: fc.constantFrom('=', '==', '===', '====', '%3D', '%3d%3d', '＝', '=\n', '= ='),
    }),
    (token, { segments, padding }) =>
      token.segments.map((each, at) => (segments.includes(at) ? each + padding : each)).join('.'),
  ),
  family(
    'padded as base64 is',
    fc.record({ segments: someSegments, alphabet: fc.constantFrom('base64', 'base64url') }),
    (token, { segments, alphabet }) =>
      token.segments
        .map((each, at) => {
          if (!segments.includes(at)) return each;
          const standard = decoded(each).toString('base64');
          return alphabet === 'base64'
            ? standard
            : standard.replaceAll('+', '-').replaceAll('/', '_');
        })
        .join('.'),
  ),
  family(
    'unused bits set at the end of a segment',
    fc.record({ segment: anySegment, which: anywhere }),
    (token, { segment, which }) =>
      withSegment(token, segment, respeltEnd(token.segments[segment], which)),
  ),
  family(
    'the other alphabet',
    fc.record({ place: anywhere, all: fc.boolean() }),
    ({ text }, { place, all }) => {
      const other = (character: string): string => (character === '-' ? '+' : '/');
      if (all) return text.replaceAll(/[-_]/g, other);
      const places = [...text.matchAll(/[-_]/g)];
      const { 0: character, index } = places[place % Math.max(1, places.length)] ?? {
        0: '',
        index: 0,
      };
      return character === '' ? text : spliced(text, index, 1, other(character));
    },
  ),
  family(
    'broken into lines',
    fc.record({
      length: fc.integer({ min: 1, max: 100 }),
      end: fc.constantFrom('\n', '\r\n', ' ', '\t', '\\n', '\0'),
    }),
    ({ text }, { length, end }) => text.replaceAll(new RegExp(`.{${length}}`, 'g'), `$&${end}`),
  ),
  family(
    'percent-encoded',
    fc.record({ place: anywhere, upper: fc.boolean(), count: fc.integer({ min: 1, max: 4 }) }),
    ({ text }, { place, upper, count }) => {
      const at = place % text.length;
      const hex = [...text.slice(at, at + count)]
        .map((character) => `%${character.charCodeAt(0).toString(16)}`)
        .join('');
      return spliced(text, at, count, upper ? hex.toUpperCase() : hex);
    },
  ),
  family(
    'segments in another encoding',
    fc.record({
      segments: someSegments,
      encoding: fc.constantFrom('hex', 'latin1', 'utf8', 'base64url twice'),
    }),
    (token, { segments, encoding }) =>
      token.segments
        .map((each, at) => {
          if (!segments.includes(at)) return each;
          return encoding === 'base64url twice'
            ? Buffer.from(each).toString('base64url')
            : decoded(each).toString(encoding);
        })
        .join('.'),
  ),
  family(
    'a scheme or quotes around',
    fc.constantFrom(
      ...[
        ['Bearer ', ''],
        ['bearer ', ''],
        ['Bearer', ''],
        ['"', '"'],
        ["'", "'"],
        ['<', '>'],
      ],
      ...[
        ['JWT ', ''],
        ['access_token=', ''],
        ['', ', realm="x"'],
        ['[', ']'],
        ['{', '}'],
      ],
    ),
    ({ text }, [before = '', after = '']) => before + text + after,
  ),
];
