/** How long everything takes: the full run some ten minutes, the quick one about one. */
const FULL = {
  algorithms: ['RS256', 'ES256', 'EdDSA'],
  workloads: ['one token', '1,000 tokens', 'never seen'],
  warmUpMs: 400,
  firstWarmUpMs: 1500,
  rounds: 10,
  unseenTokens: 20_000,
  guardCostRounds: 150,
  starts: 5,
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
};

export const isQuick = process.env.BENCH_QUICK === '1';

export const settings = isQuick ? QUICK : FULL;
