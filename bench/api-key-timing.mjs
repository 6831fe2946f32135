// Whether the time that verifying takes tells an id that nobody knows from a wrong secret.
//
// `npm run build && node bench/api-key-timing.mjs [runs]`. Two times 20,000 samples in random order;
// those above the 99th percentile of both together are dropped, for they are the machine's (garbage
// collection, other processes). Welch's t-test, as in "Dude, is my code constant time?" (2017):
// |t| below 4.5, and medians less than 5 microseconds apart.
import { Credential } from '../dist/core/credential.js';
import { MemoryApiKeyStore } from '../dist/stores/memory-api-key-store.js';
import { ApiKeyVerifier } from '../dist/verification/api-key/api-key-verifier.js';
import { generateApiKey } from '../dist/verification/api-key/generate-api-key.js';
import { crc32 } from 'node:zlib';
import { randomBytes, randomInt } from 'node:crypto';

const SAMPLES = 20_000;
const WARM_UP = 5_000;
const PREFIX = 'acme_live';
const MAX_T = 4.5;
const MAX_MEDIANS_APART_US = 5;

const runs = Number(process.argv[2] ?? 5);
const knownIds = Number(process.argv[3] ?? 1);
const pepper = process.argv[4] === 'pepper' ? randomBytes(32) : undefined;

let isFailed = false;
for (const mode of ['sync', 'async']) {
  for (let run = 1; run <= runs; run += 1) report(mode, run, await measure(mode));
}
process.exitCode = isFailed ? 1 : 0;

/** A key with another secret and the right checksum. */
function keyOf(id) {
  const unchecked = `${PREFIX}_${id}_${randomBytes(32).toString('hex')}`;
  return unchecked + crc32(unchecked).toString(16).padStart(8, '0');
}

function createVerifier(mode, records) {
  const store = new MemoryApiKeyStore();
  for (const record of records) store.insert(record);
  const find = mode === 'sync' ? (id) => store.find(id) : async (id) => store.find(id);
  return new ApiKeyVerifier({
    kind: 'apiKey',
    prefix: PREFIX,
    pepper,
    find,
    clock: Date.now,
    timeoutMs: 3000,
    asked: 'credentials[0].find',
    scheme: 'ApiKey',
  });
}

async function measure(mode) {
  const records = Array.from({ length: knownIds }, () => {
    const { id, hash } = generateApiKey({ prefix: PREFIX, pepper });
    return { id, hash, subject: 'ann', scopes: ['orders:read'] };
  });
  const verifier = createVerifier(mode, records);
  const makers = {
    unknown: () => keyOf(randomBytes(8).toString('hex')),
    mismatch: (index) => keyOf(records[index % records.length].id),
  };
  const order = shuffled(
    Object.keys(makers).flatMap((kind) => Array.from({ length: SAMPLES }, () => kind)),
  );
  const credentials = order.map((kind, index) => new Credential('header', makers[kind](index)));
  for (const each of credentials.slice(0, WARM_UP)) await refuse(verifier, mode, each);
  // Fresh texts: those of the warm-up have hashes and shapes of their own by now.
  const times = { unknown: [], mismatch: [] };
  for (const [index, kind] of order.entries()) {
    const credential = new Credential('header', makers[kind](index));
    times[kind].push(await refuse(verifier, mode, credential));
  }
  return compare(times);
}

/** How long it took, in microseconds. */
async function refuse(verifier, mode, credential) {
  const start = process.hrtime.bigint();
  try {
    if (mode === 'sync') verifier.verify(credential);
    else await verifier.verify(credential);
  } catch {
    return Number(process.hrtime.bigint() - start) / 1000;
  }
  throw new Error('A key was accepted that nobody has');
}

function compare({ unknown, mismatch }) {
  const pooled = [...unknown, ...mismatch].toSorted((a, b) => a - b);
  const limit = pooled[Math.floor(pooled.length * 0.99)];
  const [a, b] = [unknown, mismatch].map((times) =>
    times.filter((time) => time <= limit).toSorted((x, y) => x - y),
  );
  return { t: welch(a, b), medians: [median(a), median(b)] };
}

function welch(a, b) {
  const [x, y] = [moments(a), moments(b)];
  return (x.mean - y.mean) / Math.sqrt(x.variance / a.length + y.variance / b.length);
}

function moments(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, variance: squares / (values.length - 1) };
}

function median(sorted) {
  return sorted[Math.floor(sorted.length / 2)];
}

function shuffled(values) {
  for (let last = values.length - 1; last > 0; last -= 1) {
    const other = randomInt(last + 1);
    [values[last], values[other]] = [values[other], values[last]];
  }
  return values;
}

function report(mode, run, { t, medians }) {
  const [unknown, mismatch] = medians;
  const isGood = Math.abs(t) < MAX_T && Math.abs(unknown - mismatch) < MAX_MEDIANS_APART_US;
  isFailed ||= !isGood;
  console.log(
    `${mode.padEnd(5)} run ${run}: t = ${t.toFixed(2).padStart(6)}, ` +
      `median of unknown ids ${unknown.toFixed(2)} µs, of wrong secrets ${mismatch.toFixed(2)} µs` +
      (isGood ? '' : ' (too far apart)'),
  );
}
