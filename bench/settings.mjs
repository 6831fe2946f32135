/** How long everything takes: the full run some fifteen minutes, the quick one about two. */
const FULL = {
  algorithms: ['RS256', 'ES256', 'EdDSA'],
  workloads: ['one token', '1,000 tokens', 'never seen'],
  warmUpMs: 400,
  firstWarmUpMs: 1500,
  rounds: 10,
  unseenTokens: 20_000,
  guardCostRounds: 150,
  starts: 5,
  tokenOutageMs: 10_000,
  warmTokenRounds: 41,
  contextStarts: 3,
  contextRounds: 12,
};

const QUICK = {
  ...FULL,
  algorithms: ['RS256'],
  workloads: ['one token', 'never seen'],
  warmUpMs: 150,
  firstWarmUpMs: 500,
  rounds: 3,
  unseenTokens: 8_000,
  guardCostRounds: 50,
  starts: 1,
  tokenOutageMs: 2000,
  warmTokenRounds: 11,
  contextStarts: 1,
  contextRounds: 8,
};

export const isQuick = process.env.BENCH_QUICK === '1';

export const settings = isQuick ? QUICK : FULL;
