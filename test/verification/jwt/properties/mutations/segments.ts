import fc from 'fast-check';
import type { SignedToken } from '../signed-token.js';
import { anywhere, family, spliced, type MutationFamily } from './family.js';

/** Segments by their place in the token, or an empty one. */
const arrangement = fc.array(fc.constantFrom(0, 1, 2, 'empty' as const), {
  minLength: 1,
  maxLength: 6,
});

/** Mutations that rearrange whole segments, of one token or of several valid ones. */
export function segmentMutations(originals: readonly SignedToken[]): readonly MutationFamily[] {
  const other = fc.constantFrom(...originals);
  return [
    family('segments rearranged', arrangement, ({ segments }, places) =>
      places.map((place) => (place === 'empty' ? '' : segments[place])).join('.'),
    ),
    family(
      'dots inserted',
      fc.record({ place: anywhere, count: fc.integer({ min: 1, max: 5 }) }),
      ({ text }, { place, count }) =>
        spliced(text, place % (text.length + 1), 0, '.'.repeat(count)),
    ),
    family(
      'a segment too many',
      fc.record({ front: fc.boolean(), extra: fc.base64String({ maxLength: 40 }) }),
      ({ text }, { front, extra }) => (front ? `${extra}.${text}` : `${text}.${extra}`),
    ),
    family(
      'segments of another token',
      fc.record({ other, taken: fc.subarray([0, 1, 2], { minLength: 1 }) }),
      ({ segments }, { other: { segments: others }, taken }) =>
        segments.map((each, at) => (taken.includes(at) ? others[at] : each)).join('.'),
    ),
    family(
      'segments of three tokens',
      fc.tuple(other, other),
      ({ segments: [header] }, [{ segments: second }, { segments: third }]) =>
        [header, second[1], third[2]].join('.'),
    ),
    family(
      'halves of two tokens',
      fc.record({ other, place: anywhere }),
      ({ text }, { other: { text: second }, place }) => {
        const at = place % text.length;
        return text.slice(0, at) + second.slice(at);
      },
    ),
    family(
      'two tokens in one',
      fc.record({ other, between: fc.constantFrom('', '.', ',', ', ', ' ', '\n', '\0', '~', ';') }),
      ({ text }, { other: { text: second }, between }) => text + between + second,
    ),
  ];
}
