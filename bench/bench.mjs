// Measures what authentication costs: `npm run bench` in the root. Some fifteen minutes; `BENCH_QUICK=1` about two.
import { ADAPTERS, AUTHENTICATING, CONTROL, PORTCULLIS, runsOn } from './contenders/index.mjs';
import { Issuer } from './issuer/issuer.mjs';
import { observeBehaviour, observeStart } from './measurements/behaviour.mjs';
import { measureDecisions } from './measurements/decision.mjs';
import { measureGuardCost } from './measurements/guard-cost.mjs';
import { medianOf } from './measurements/median.mjs';
import { measureMessages } from './measurements/messages.mjs';
import { ShareOfUnguarded } from './measurements/share-of-unguarded.mjs';
import { createWorkloads } from './measurements/workloads.mjs';
import { addContextCost } from './report/context-section.mjs';
import { Results } from './report/results.mjs';
import { microseconds, ratio, statuses, table } from './report/table.mjs';
import { addTokenClients } from './report/token-client-sections.mjs';
import { settings } from './settings.mjs';

const results = new Results();
const issuer = await Issuer.start();

await guardCosts();
decisions();
await shares();
await messages();
await behaviour();
await addContextCost(results, issuer, settings);
await issuer.stop();
await addTokenClients(results);
await results.write();

/** Whatever a contender adds to a request, without a network. */
async function guardCosts() {
  const rounds = settings.guardCostRounds;
  const rows = [];
  for (const adapter of ADAPTERS) {
    for (const contender of [CONTROL, AUTHENTICATING[0], PORTCULLIS]) {
      const cost = await measureGuardCost(contender, adapter, { issuer, rounds });
      rows.push([
        adapter,
        contender.title,
        microseconds(cost.unguarded),
        microseconds(cost.difference),
      ]);
    }
  }
  results.add(
    'A guard by itself, in microseconds of the processor',
    'Requests without a network, with a token that is known already: what the unguarded route takes, and what is added to it. What an adapter parses only because somebody asks for the headers counts as added.',
    table(['adapter', 'contender', 'unguarded', 'added'], rows),
  );
}

/** What the last step of the corridor costs, where nothing has to be awaited. */
function decisions() {
  const rows = measureDecisions().map(({ name, nanoseconds, bytes }) => [
    name,
    microseconds(nanoseconds),
    microseconds(bytes),
  ]);
  results.add(
    'A decision by itself, in nanoseconds',
    'A principal measured against what a handler requires, in a loop of a million, and the bytes that one decision allocates.',
    table(['asked', 'nanoseconds', 'bytes'], rows),
  );
}

async function shares() {
  const workloads = {};
  for (const algorithm of settings.algorithms) {
    workloads[algorithm] = await createWorkloads(issuer, algorithm, settings.unseenTokens);
  }
  for (const adapter of ADAPTERS) {
    const share = await ShareOfUnguarded.on(adapter, { issuer, workloads, settings });
    const measured = [];
    for (const contender of [CONTROL, ...AUTHENTICATING].filter((each) => runsOn(each, adapter))) {
      measured.push({ contender, ...(await share.of(contender)) });
    }
    await share.close();
    results.add(`Share of the unguarded route, ${adapter}`, ...shareTables(measured));
  }
}

/** Beside HTTP. */
async function messages() {
  const share = await measureMessages({ issuer, settings });
  results.add(
    'Share of an unguarded gateway, socket.io',
    'Messages with a role required, by a socket whose token is known already, to a handler that does nothing: for the same time of the processor, and as a client sees it that has 16 under way.',
    table(
      ['gateway', 'by the processor', 'by the client'],
      [['socket.io', ratio(share.processor), ratio(share.client)]],
    ),
  );
}

function shareTables(measured) {
  return settings.algorithms.map((algorithm) => {
    const rows = measured.map(({ contender, shares: all }) => {
      const cells = settings.workloads.map((workload) =>
        all.find((each) => each.algorithm === algorithm && each.workload === workload),
      );
      return [contender.title, ...cells.map(cellOf)];
    });
    return table([algorithm, ...settings.workloads], rows);
  });
}

function cellOf(share) {
  if (!share) return '–';
  // Tokens ran out before the rounds did: some were seen twice.
  return ratio(share) + (share.isTainted ? ' †' : '');
}

async function behaviour() {
  const adapter = 'express';
  const rows = [];
  const starts = [];
  for (const contender of AUTHENTICATING) {
    const seen = await observeBehaviour(contender, adapter);
    rows.push([
      contender.title,
      `${seen.coldFetches.fetches} (${statuses(seen.coldFetches.statuses)})`,
      `${seen.unknownKids.up} / ${seen.unknownKids.down}`,
      statuses(seen.warmOutage),
      statuses(seen.coldOutage),
    ]);
    starts.push(await startOf(contender, adapter));
  }
  results.add(
    'Behaviour, express',
    'Key set fetches for 500 cold parallel requests; requests the issuer gets for 1,000 made-up key ids while it is up / down; answers to 100 valid, never-seen tokens twenty minutes into an outage, and during an outage from the start.',
    table(
      ['contender', 'cold fetches', 'unknown keys, up / down', 'outage, warm', 'outage, cold'],
      rows,
    ),
  );
  results.add(
    'Start and memory, express',
    'From the start of the process to its first answer to a token, and its resident memory then.',
    table(['contender', 'start, ms', 'memory, MB'], starts),
  );
}

async function startOf(contender, adapter) {
  const seen = [];
  for (let start = 0; start < settings.starts; start += 1) {
    seen.push(await observeStart(contender, adapter));
  }
  const milliseconds = medianOf(seen.map((each) => each.milliseconds)).median;
  const bytes = medianOf(seen.map(({ memoryBytes }) => memoryBytes)).median;
  return [contender.title, milliseconds.toFixed(0), (bytes / 2 ** 20).toFixed(0)];
}
