import { jest } from '@jest/globals';
import fc from 'fast-check';
import { decoded } from '../signed-token.js';
import { fetchCount, NOW_MS, ourVerdict, theirsAccepts } from './both-verifiers.js';
import { EXPLANATIONS, type Disagreement } from './explained-disagreements.js';
import { twistedTokens } from './twists.js';

/** How many tokens both verifiers are asked about; more with `TWISTED_TOKENS=5000`. */
const TOKENS = Number(process.env['TWISTED_TOKENS'] ?? 3000);
const SEED = 20_260_801;
const TIMEOUT_MS = 120_000;

function parsed(segment = ''): Readonly<Record<string, unknown>> {
  // Without the mark that one of the two reads over.
  const text = decoded(segment)
    .toString()
    .replace(/^\ufeff/, '');
  return JSON.parse(text) as Record<string, unknown>;
}

/** The rows of the table that apply. */
function explanationsOf(disagreement: Disagreement): readonly string[] {
  const { ours } = disagreement;
  const said = ours.kind === 'accepted' ? ours.kind : ours.reason;
  return Object.entries(EXPLANATIONS)
    .filter(([, each]) => each.ours === said && each.explains(disagreement))
    .map(([id]) => id);
}

describe('validateJwtAccessToken of oauth4webapi', () => {
  let time: { mockRestore(): void };
  beforeAll(() => {
    time = jest.spyOn(Date, 'now').mockReturnValue(NOW_MS);
  });
  afterAll(() => {
    time.mockRestore();
  });

  it(
    `agrees on ${TOKENS} tokens, or it is known why not`,
    async () => {
      const agreed = { accepted: 0, refused: 0 };
      const explained = new Map(Object.keys(EXPLANATIONS).map((id) => [id, 0]));
      await fc.assert(
        fc.asyncProperty(twistedTokens, async (token) => {
          const [ours, theirs] = await Promise.all([ourVerdict(token), theirsAccepts(token)]);
          if ((ours.kind === 'accepted') === theirs) {
            agreed[ours.kind] += 1;
            return;
          }
          const [header, payload] = token
            .split('.')
            .map((each, at) => (at < 2 ? parsed(each) : {}));
          const found = explanationsOf({
            token,
            header: header ?? {},
            claims: payload ?? {},
            ours,
          });
          if (found.length === 0)
            throw new Error(`Nobody knows why: ${JSON.stringify({ header, payload, ours })}`);
          for (const id of found) explained.set(id, (explained.get(id) ?? 0) + 1);
        }),
        { seed: SEED, numRuns: TOKENS, endOnFailure: true },
      );
      expect([...explained].filter(([, count]) => count === 0)).toEqual([]);
      // Neither of the two says the same of everything.
      expect(Math.min(agreed.accepted, agreed.refused)).toBeGreaterThan(TOKENS / 10);
      expect(fetchCount()).toBe(1);
    },
    TIMEOUT_MS,
  );
});
