import fc from 'fast-check';
import type { SignedToken } from '../signed-token.js';

/** A text that was made of a valid token, and must not be accepted unless it is one itself. */
interface Mutant {
  readonly family: string;
  readonly original: SignedToken;
  readonly text: string;
}

/** One way of tampering with tokens. */
export interface MutationFamily {
  readonly name: string;
  mutants(originals: readonly SignedToken[]): fc.Arbitrary<Mutant>;
}

/**
 * @param details What varies from mutant to mutant.
 * @param suits Which tokens can be treated so.
 */
export function family<T>(
  name: string,
  details: fc.Arbitrary<T>,
  mutate: (token: SignedToken, details: T) => string,
  suits: (token: SignedToken) => boolean = () => true,
): MutationFamily {
  return {
    name,
    mutants: (originals) =>
      fc
        .tuple(fc.constantFrom(...originals.filter(suits)), details)
        .map(([original, varied]) => ({ family: name, original, text: mutate(original, varied) })),
  };
}

/** A place in a text of whatever length: to be taken modulo that length. */
export const anywhere = fc.nat({ max: 0xffffff });

/** Which of the three segments. */
export const anySegment = fc.constantFrom(0 as const, 1 as const, 2 as const);

/** Replaces part of a text. */
export function spliced(text: string, start: number, length: number, inserted: string): string {
  return text.slice(0, start) + inserted + text.slice(start + length);
}

/** The token with one of its segments replaced. */
export function withSegment({ segments }: SignedToken, index: number, segment: string): string {
  return segments.map((each, at) => (at === index ? segment : each)).join('.');
}
