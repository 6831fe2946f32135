import { json } from '../../verification/jwt/keys/faults.js';
import { SigningKey } from '../../verification/jwt/keys/signing-key.js';
import { ADAPTERS } from '../http/application.js';
import { collectGarbage } from './garbage.js';
import { SourceProcess } from './source-process.js';
import { Stage } from './stage.js';

const MEGABYTE = 1024 * 1024;
const ALLOWED = 20 * MEGABYTE;
const PATIENCE_MS = 3500;

// What a key set costs, it costs every time; what the machine adds, it does not.
const ROUNDS = 3;

/** What the process takes: of its own accounts, and of the operating system. */
function taken(): { readonly accounted: number; readonly resident: number } {
  const { heapUsed, external, rss } = process.memoryUsage();
  return { accounted: heapUsed + external, resident: rss };
}

/** How much more is taken while something is done than before it, at the most. */
async function growth(
  action: () => Promise<unknown>,
): Promise<{ accounted: number; resident: number }> {
  collectGarbage();
  const before = taken();
  const most = { accounted: 0, resident: 0 };
  const sample = (): void => {
    const now = taken();
    most.accounted = Math.max(most.accounted, now.accounted - before.accounted);
    most.resident = Math.max(most.resident, now.resident - before.resident);
  };
  const timer = setInterval(sample, 2);
  await action();
  sample();
  clearInterval(timer);
  return most;
}

describe.each(ADAPTERS)('a key set of many megabytes, on %s', (adapter) => {
  const stage = new Stage(adapter);
  let issuers: SourceProcess;
  let good: SigningKey;

  beforeAll(async () => {
    issuers = await SourceProcess.start('issuer-process.ts');
    good = await SigningKey.generate();
  });

  afterAll(() => issuers.stop());

  afterEach(() => stage.close());

  it.each([
    ['K-34', '200 MB', '/huge'],
    ['K-35', '100 KB that become 100 MB', '/bomb'],
  ])('%s: %s cost next to nothing, and no time', async (_, __, path) => {
    const figures: { accounted: number; resident: number; elapsed: number }[] = [];
    const issuer = await stage.issuer(json({}, 500));
    for (let round = 0; round < ROUNDS; round += 1) {
      const jwksUri = issuers.announcement + path;
      const api = await stage.api(issuer, { issuer: { jwksUri } });
      const token = await good.token(issuer);
      const began = performance.now();
      const cost = await growth(async () => {
        expect((await api.get(token)).status).toBe(503);
      });
      figures.push({ ...cost, elapsed: performance.now() - began });
      expect(api.events).toMatchObject([
        {
          type: 'keys.failing',
          cause: { message: expect.stringContaining('sent more than') as unknown },
        },
        { type: 'auth.unavailable' },
      ]);
    }
    for (const { elapsed } of figures) expect(elapsed).toBeLessThan(PATIENCE_MS);
    expect(Math.min(...figures.map(({ accounted }) => accounted))).toBeLessThan(ALLOWED);
    expect(Math.min(...figures.map(({ resident }) => resident))).toBeLessThan(ALLOWED);
  });
});
