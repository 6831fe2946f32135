// Whether any request of many ever sees another's principal, and whether the heap stays flat.
// `npm run interleaving [-- <requests>]`; on other versions of Node, once that has compiled it:
// `node bench/nodes.mjs test/interleaving/dist/test/interleaving/main.js`.
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ADAPTERS } from '../e2e/http/application.js';
import { interleave, type InterleavingReport } from './interleaving.js';

/** More than chance does to a heap after its garbage was collected. */
const ALLOWED_GROWTH = 0.05;

const USERS = 200;
const AT_ONCE = 96;
const MEGABYTE = 2 ** 20;

const requests = Number(process.argv[2] ?? 20_000);

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

for (const adapter of ADAPTERS) {
  const heapBytes: number[] = [];
  const atQuarter = async (): Promise<void> => {
    heapBytes.push(await heapInUse());
  };
  const options = { adapter, requests, users: USERS, atOnce: AT_ONCE, atQuarter };
  tell(adapter, await interleave(options), heapBytes);
}

async function heapInUse(): Promise<number> {
  for (let round = 0; round < 4; round += 1) {
    collectGarbage();
    await sleep(20);
  }
  return process.memoryUsage().heapUsed;
}

function tell(adapter: string, report: InterleavingReport, heapBytes: readonly number[]): void {
  const { places, mistakes, seconds } = report;
  const observations = Object.values(places).reduce((sum, count) => sum + count, 0);
  const heap = heapBytes.map((bytes) => (bytes / MEGABYTE).toFixed(2)).join(', ');
  const [first = 0, ...others] = heapBytes;
  const isFlat = Math.max(...others) <= first * (1 + ALLOWED_GROWTH);
  console.log(
    `Node ${process.versions.node}, ${adapter}: ${String(requests)} requests in ${seconds.toFixed(0)} s,`,
    `${String(report.answered)} answered, ${String(report.aborted)} aborted;`,
    `${String(observations)} observations in ${String(Object.keys(places).length)} places,`,
    `${String(report.afterAbort)} of them after the client had gone,`,
    `${String(report.nobody)} of nobody where that is allowed; ${String(mistakes.length)} mistakes;`,
    `heap ${heap} MB, ${isFlat ? 'flat' : 'GROWING'}`,
  );
  for (const mistake of mistakes) console.error(`MISTAKE: ${mistake}`);
  if (mistakes.length > 0 || !isFlat) process.exitCode = 1;
}
