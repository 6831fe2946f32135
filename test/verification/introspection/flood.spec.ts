import { hash } from 'node:crypto';
import { collectGarbage } from '../../e2e/keys/garbage.js';
import { CachingIntrospectionVerifier } from '../../../lib/verification/introspection/caching-introspection-verifier.js';
import { IntrospectionVerifier } from '../../../lib/verification/introspection/introspection-verifier.js';
import { ShortMemory } from '../../../lib/stores/short-memory.js';
import { FaultyIssuer, json } from '../jwt/keys/faulty-issuer.js';
import { IntrospectingServer, outcome } from './introspecting-server.js';

const MEGABYTE = 1024 * 1024;
const TOKENS = 1500;
/** What no server need be asked about. */
const REMEMBERED = 200_000;
const AT_A_TIME = 32;

/** What is allocated, once nothing is left to collect. */
function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

describe('a flood of bad tokens', () => {
  let issuer: FaultyIssuer;
  let server: IntrospectingServer;

  beforeEach(async () => {
    server = await IntrospectingServer.start();
    issuer = await FaultyIssuer.start();
    issuer.behaviour = (request, response) => {
      issuer.requests.length = 0;
      request.resume().once('end', () => {
        json({ active: false })(request, response);
      });
    };
  });

  afterEach(async () => {
    await issuer.close();
    await server.close();
  });

  it('leaves nothing behind but what is remembered for a while', async () => {
    // What is measured is memory: nobody is to be late on a machine that is busy.
    const settings = server.settings({ endpoint: new URL(issuer.origin), timeoutMs: 60_000 });
    const clock = Date.now;
    const subject = new CachingIntrospectionVerifier({
      verifier: new IntrospectionVerifier({ kind: 'opaqueToken', settings, clock }),
      clock,
      settings: { maxEntries: 10_000, maxAgeMs: 30_000 },
    });
    const reasons = new Set<unknown>();
    let sent = 0;
    const flood = async (until: number): Promise<void> => {
      while (sent < until) reasons.add(await outcome(subject, `bad-${String(sent++)}`));
    };
    const floodTo = (until: number): Promise<unknown> =>
      Promise.all(Array.from({ length: AT_A_TIME }, () => flood(until)));
    await floodTo(300);
    const before = heapUsed();
    await floodTo(TOKENS);
    expect(reasons).toEqual(new Set(['token_inactive']));
    expect(subject.size).toMatchObject({ active: 0, underWay: 0 });
    expect(subject.size.inactive).toBeLessThanOrEqual(512);
    expect(heapUsed() - before).toBeLessThan(4 * MEGABYTE);
  }, 60_000);

  it('does not fill a memory beyond its bounds', () => {
    const memory = new ShortMemory<true>({ maxEntries: 512, maxAgeMs: 5000 }, Date.now);
    const remember = (from: number, to: number): void => {
      for (let index = from; index < to; index += 1) {
        memory.set(hash('sha256', `bad-${String(index)}`, 'base64url'), true);
      }
    };
    remember(0, 10_000);
    const before = heapUsed();
    remember(10_000, REMEMBERED);
    expect(memory.size).toBe(512);
    expect(heapUsed() - before).toBeLessThan(MEGABYTE);
  });
});
