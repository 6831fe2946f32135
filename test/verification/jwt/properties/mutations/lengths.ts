import fc from 'fast-check';
import {
  anySegment,
  anywhere,
  family,
  spliced,
  withSegment,
  type MutationFamily,
} from './family.js';

const alphabetic = fc.string({
  unit: fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'),
  minLength: 1,
  maxLength: 12,
});

/** Mutations that make a token, or one of its segments, shorter or longer. */
export const LENGTH_MUTATIONS: readonly MutationFamily[] = [
  family('cut off at the end', anywhere, ({ text }, place) => text.slice(0, place % text.length)),
  family('cut off at the start', anywhere, ({ text }, place) =>
    text.slice(1 + (place % text.length)),
  ),
  family(
    'part of a segment cut out',
    fc.record({ segment: anySegment, place: anywhere, length: fc.integer({ min: 1, max: 60 }) }),
    (token, { segment, place, length }) => {
      const text = token.segments[segment];
      return withSegment(token, segment, spliced(text, place % text.length, length, ''));
    },
  ),
  family(
    'a segment extended',
    fc.record({ segment: anySegment, by: alphabetic, front: fc.boolean() }),
    (token, { segment, by, front }) => {
      const text = token.segments[segment];
      return withSegment(token, segment, front ? by + text : text + by);
    },
  ),
  family(
    'part of a segment repeated',
    fc.record({ segment: anySegment, place: anywhere, length: fc.integer({ min: 1, max: 60 }) }),
    (token, { segment, place, length }) => {
      const text = token.segments[segment];
      const at = place % text.length;
      return withSegment(token, segment, spliced(text, at, 0, text.slice(at, at + length)));
    },
  ),
  family(
    'grown to the length cap and beyond',
    fc.record({ segment: anySegment, length: fc.integer({ min: 8180, max: 8210 }) }),
    (token, { segment, length }) => {
      const missing = length - token.text.length;
      return withSegment(token, segment, token.segments[segment] + 'A'.repeat(missing));
    },
  ),
];
