import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { Credential } from '../../lib/core/credential.js';
import { MemoryApiKeyStore } from '../../lib/index.js';
import { ApiKeyVerifier } from '../../lib/verification/api-key/api-key-verifier.js';
import { craftKey, PREFIX, recordOf } from './apikey-fixture.js';

const EACH = 20_000;
const WARM_UP = 4000;
/** What a machine that does other things adds, it does not add every time. */
const ROUNDS = 3;

const digits = (bytes: number): string => randomBytes(bytes).toString('hex');

interface Comparison {
  /** Of Welch's test. */
  readonly t: number;
  /** Between the medians, in microseconds. */
  readonly difference: number;
}

function summary(samples: readonly number[]): { mean: number; variance: number; median: number } {
  const mean = samples.reduce((sum, each) => sum + each, 0) / samples.length;
  const squares = samples.reduce((sum, each) => sum + (each - mean) ** 2, 0);
  const median = [...samples].sort((one, other) => one - other)[samples.length >> 1] ?? NaN;
  return { mean, median, variance: squares / (samples.length - 1) };
}

function compare(one: readonly number[], other: readonly number[]): Comparison {
  const [a, b] = [summary(one), summary(other)];
  const error = Math.sqrt(a.variance / one.length + b.variance / other.length);
  return { t: (a.mean - b.mean) / error, difference: Math.abs(a.median - b.median) };
}

/** How long it takes to refuse a key, in microseconds. */
async function timed(verifier: ApiKeyVerifier, key: string): Promise<number> {
  const credential = new Credential('header', key);
  const began = performance.now();
  try {
    await verifier.verify(credential);
  } catch {
    return (performance.now() - began) * 1000;
  }
  throw new Error('A wrong key entered');
}

async function round(verifier: ApiKeyVerifier, id: string): Promise<Comparison> {
  const unknown: number[] = [];
  const wrong: number[] = [];
  for (let index = 0; index < EACH + WARM_UP; index += 1) {
    const keys = [craftKey(digits(8), digits(32)), craftKey(id, digits(32))] as const;
    // Whoever goes first pays for what the other finds warm: they take turns.
    const isSwapped = index % 2 === 1;
    const first = await timed(verifier, keys[isSwapped ? 1 : 0]);
    const second = await timed(verifier, keys[isSwapped ? 0 : 1]);
    if (index < WARM_UP) continue;
    unknown.push(isSwapped ? second : first);
    wrong.push(isSwapped ? first : second);
  }
  return compare(unknown, wrong);
}

describe('the time it takes to refuse an API key', () => {
  it('A-15 does not tell an id that nobody knows from a wrong secret', async () => {
    const store = new MemoryApiKeyStore();
    const id = digits(8);
    store.insert(recordOf(id, craftKey(id, digits(32))));
    const find = (each: string): ReturnType<MemoryApiKeyStore['find']> => store.find(each);
    const facts = {
      kind: 'apiKey',
      prefix: PREFIX,
      scheme: 'ApiKey',
      timeoutMs: 1000,
      asked: 'credentials[0].find',
    };
    const verifier = new ApiKeyVerifier({ ...facts, find, clock: Date.now });
    const rounds: Comparison[] = [];
    for (let count = 0; count < ROUNDS; count += 1) {
      rounds.push(await round(verifier, id));
      if (Math.abs(rounds.at(-1)?.t ?? NaN) < 4.5) break;
    }
    expect(Math.min(...rounds.map(({ t }) => Math.abs(t)))).toBeLessThan(4.5);
    expect(Math.min(...rounds.map(({ difference }) => difference))).toBeLessThan(5);
  }, 120_000);
});
