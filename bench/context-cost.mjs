// What it costs to keep each request at hand (`context`), on a route that nobody guards.
// After `npm run build` and `npm ci` in here: `node bench/context-cost.mjs [starts] [rounds]`. Some three
// minutes; `node bench/nodes.mjs context-cost.mjs` runs it on each version of Node.
import { Issuer } from './issuer/issuer.mjs';
import { addContextCost } from './report/context-section.mjs';
import { Results } from './report/results.mjs';

const [starts = '6', rounds = '15'] = process.argv.slice(2);
const settings = {
  contextStarts: Number(starts),
  contextRounds: Number(rounds),
  firstWarmUpMs: 1200,
};

const issuer = await Issuer.start();
// It prints them; what is written down are the figures of the whole bench.
await addContextCost(new Results(), issuer, settings);
await issuer.stop();
