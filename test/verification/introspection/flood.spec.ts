import { createHash } from 'node:crypto';
import { collectGarbage } from '../../e2e/keys/garbage.js';
import { CachingIntrospectionVerifier } from '../../../lib/verification/introspection/caching-introspection-verifier.js';
import { IntrospectionVerifier } from '../../../lib/verification/introspection/introspection-verifier.js';
import { ShortMemory } from '../../../lib/verification/short-memory.js';
import { json } from '../jwt/keys/faulty-issuer.js';
import { FaultyIssuer } from '../jwt/keys/faulty-issuer.js';
import { AUDIENCE, IntrospectingServer, outcome } from './introspecting-server.js';

const MEGABYTE = 1024 * 1024;
const TOKENS = 200_000;
const AT_A_TIME = 64;

/** What is allocated, once nothing is left to collect. */
function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

it('a flood of bad tokens leaves nothing behind but what is remembered for a while', async () => {
  const issuer = await FaultyIssuer.start();
  issuer.behaviour = (request, response) => {
    request.resume();
    issuer.requests.length = 0;
    json({ active: false })(request, response);
  };
  const server = await IntrospectingServer.start();
  const settings = server.settings({ endpoint: new URL(issuer.origin) });
  const clock = Date.now;
  const verifier = new IntrospectionVerifier({ kind: 'opaqueToken', settings, clock });
  const cache = { maxEntries: 10_000, maxAgeMs: 30_000 };
  const subject = new CachingIntrospectionVerifier({ verifier, clock, settings: cache });
  let sent = 0;
  const flood = async (until: number): Promise<void> => {
    while (sent < until) {
      expect(await outcome(subject, `bad-token-number-${String(sent++)}`)).toBe('token_inactive');
    }
  };
  const floodTo = (until: number): Promise<unknown> =>
    Promise.all(Array.from({ length: AT_A_TIME }, () => flood(until)));
  await floodTo(2000);
  const before = heapUsed();
  const began = performance.now();
  await floodTo(TOKENS);
  console.log('ms', performance.now() - began, 'grew', (heapUsed() - before) / MEGABYTE, sent);
  expect(subject.size).toMatchObject({ active: 0, underWay: 0 });
  expect(subject.size.inactive).toBeLessThanOrEqual(512);
  expect(heapUsed() - before).toBeLessThan(4 * MEGABYTE);
  await issuer.close();
  await server.close();
}, 300_000);
void createHash;
void ShortMemory;
void AUDIENCE;
