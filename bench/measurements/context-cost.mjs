import { ServerProcess } from '../server/server-process.mjs';
import { LoadGenerator, requestWith } from './load-generator.mjs';
import { medianOf } from './median.mjs';

/** How long one application is driven before the next one's turn: too short for the machine to change. */
const SLICE_MS = 60;

/** What a route is served by that nobody guards; shares are of the first. The control is the first again. */
const SIDES = {
  without: 'public-without-context',
  control: 'public-without-context',
  with: 'public-with-context',
  bare: 'unguarded',
};

const NAMES = Object.keys(SIDES);

/**
 * What it costs to keep each request at hand, on a route that is public: the requests per second of the
 * processor, as shares of those with `context: false`.
 *
 * Two processes of the same program differ by more than what is to be measured. So several are started
 * of each, one after the other, and what counts is the median of all their rounds.
 *
 * @param settings `{ contextStarts, contextRounds, firstWarmUpMs }`.
 * @returns For each side the share `{ median, min, max }` and the microseconds of a request.
 */
export async function measureContextCost(adapter, issuer, settings) {
  const rounds = [];
  for (let start = 0; start < settings.contextStarts; start += 1) {
    rounds.push(...(await roundsOf(adapter, issuer, settings)));
  }
  return Object.fromEntries(
    NAMES.map((name) => [
      name,
      {
        share: medianOf(rounds.map((costs) => costs.without / costs[name])),
        microseconds: medianOf(rounds.map((costs) => costs[name])),
      },
    ]),
  );
}

/** One set of processes: the microseconds of a request of each side, in each round. */
async function roundsOf(adapter, issuer, { contextRounds, firstWarmUpMs }) {
  const sides = [];
  const request = requestWith(await issuer.sign('RS256'));
  try {
    for (const name of NAMES) {
      const of = { contender: SIDES[name], adapter, issuer: issuer.description };
      const server = await ServerProcess.start(of);
      sides.push({ name, server, generator: await LoadGenerator.connectedTo(server.port) });
    }
    const drive = ({ generator }, milliseconds) => generator.run(() => request, milliseconds);
    for (const side of sides) await drive(side, firstWarmUpMs);
    const rounds = [];
    for (let round = 0; round < contextRounds; round += 1)
      rounds.push(await oneRound(sides, drive));
    return rounds;
  } finally {
    for (const { generator, server } of sides) {
      generator.close();
      await server.stop();
    }
  }
}

/** There and back, so that a machine that grows slower or faster favours nobody. */
async function oneRound(sides, drive) {
  const answered = Object.fromEntries(NAMES.map((name) => [name, 0]));
  const spent = { ...answered };
  for (const side of [...sides, ...sides.toReversed()]) {
    const before = await side.server.ask('cpuMicroseconds');
    answered[side.name] += await drive(side, SLICE_MS);
    spent[side.name] += (await side.server.ask('cpuMicroseconds')) - before;
  }
  return Object.fromEntries(NAMES.map((name) => [name, spent[name] / answered[name]]));
}
