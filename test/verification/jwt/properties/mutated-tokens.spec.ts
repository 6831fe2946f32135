import fc from 'fast-check';
import { ISSUERS, NOW } from './issuers.js';
import { allMutations } from './mutations/all-mutations.js';
import { ORIGINALS } from './original-tokens.js';
import { subjects } from './subject.js';
import { acceptedClaims, refusalReason } from './verdict.js';

/** How many mutations are tried, no two alike and none alike to a valid token; more with `MUTATIONS=50000`. */
const MUTATIONS = Number(process.env['MUTATIONS'] ?? 20_000);
/** How many of them are at least of each family: the table of families must not hold dead rows. */
const MUTATIONS_PER_FAMILY = 100;
const SEED = 20_260_729;
const TIMEOUT_MS = 180_000;

describe('A mutated token', () => {
  const { forgetful, remembering } = subjects(ISSUERS, NOW * 1000);
  const families = allMutations(ORIGINALS);

  it('is made of a valid one', async () => {
    for (const { text, claims } of ORIGINALS) {
      expect(await acceptedClaims(forgetful, text)).toEqual(claims);
      expect(await acceptedClaims(remembering, text)).toEqual(claims);
    }
  });

  it(
    `is never accepted, in ${MUTATIONS} mutations`,
    async () => {
      const seen = new Set(ORIGINALS.map(({ text }) => text));
      const tried = new Map(families.map(({ name }) => [name, 0]));
      const mutant = fc.oneof(...families.map((family) => family.mutants(ORIGINALS)));
      await fc.assert(
        fc.asyncProperty(mutant, async ({ family, original, text }) => {
          // What equals a valid token, or an earlier mutation, is skipped and does not count.
          fc.pre(!seen.has(text));
          seen.add(text);
          // The original is remembered; the mutation is not taken for it, and leaves no trace.
          const claims = await acceptedClaims(remembering, original.text);
          const [reason, first] = await Promise.all([
            refusalReason(forgetful, text),
            refusalReason(remembering, text),
          ]);
          const again = await refusalReason(remembering, text);
          const isUnmoved = (await acceptedClaims(remembering, original.text)) === claims;
          // A matcher of Jest costs as much as a verification.
          if (first !== reason || again !== reason || !isUnmoved) {
            throw new Error(`The cache changed the verdict: ${[reason, first, again].join(', ')}`);
          }
          tried.set(family, (tried.get(family) ?? 0) + 1);
        }),
        { seed: SEED, numRuns: MUTATIONS, endOnFailure: true },
      );
      expect(seen.size).toBe(ORIGINALS.length + MUTATIONS);
      const rare = [...tried].filter(([, count]) => count < MUTATIONS_PER_FAMILY);
      expect(rare).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
