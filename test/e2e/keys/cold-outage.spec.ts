import { jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { blackHole, json, type Behaviour } from '../../verification/jwt/keys/faults.js';
import type { FaultyIssuer } from '../../verification/jwt/keys/faulty-issuer.js';
import { SigningKey } from '../../verification/jwt/keys/signing-key.js';
import { ADAPTERS, type Adapter } from '../http/application.js';
import type { ApiDifference } from './guarded-api.js';
import { Stage } from './stage.js';

// In real time: nothing but waiting shows how often an issuer is asked that is down.
jest.setTimeout(30_000);

const OUTAGE_MS = 10_000;
const RECOVERY_MS = 5000;

/** The timeout of 3 s, and what a busy machine adds. */
const PATIENCE_MS = 7000;

/** What is seen of an outage. */
interface Figures {
  readonly statuses: ReadonlySet<number>;
  readonly requests: number;
  readonly slowestMs: number;
  readonly upstream: number;
  readonly recoveredAfterMs: number;
}

describe('an outage that began before the application', () => {
  const stages = new Map<Adapter, Stage>(ADAPTERS.map((adapter) => [adapter, new Stage(adapter)]));
  let good: SigningKey;

  beforeAll(async () => {
    good = await SigningKey.generate('ES256', 'good');
  });

  afterEach(async () => {
    for (const stage of stages.values()) await stage.close();
  });

  /** Requests come one after the other, all the time. */
  async function watch(
    stage: Stage,
    issuer: FaultyIssuer,
    difference: ApiDifference,
  ): Promise<Figures> {
    const api = await stage.api(issuer, difference);
    const token = await good.token(issuer);
    const statuses = new Set<number>();
    const durations: number[] = [];
    const began = performance.now();
    while (performance.now() - began < OUTAGE_MS) {
      const asked = performance.now();
      statuses.add((await api.get(token)).status);
      durations.push(performance.now() - asked);
      await sleep(20);
    }
    const upstream = issuer.requests.length;
    issuer.serve({ jwks: json({ keys: [good.jwk] }) });
    const back = performance.now();
    while ((await api.get(token)).status !== 200 && performance.now() - back < 8000)
      await sleep(20);
    const recoveredAfterMs = performance.now() - back;
    const slowestMs = Math.max(...durations);
    return { statuses, requests: durations.length, slowestMs, upstream, recoveredAfterMs };
  }

  const outages: readonly (readonly [Behaviour, ApiDifference])[] = [
    [json({}, 500), {}],
    [blackHole, {}],
    [json({}, 503), { discovers: true, keySets: { hydrate: 'background' } }],
  ];

  // Side by side: each of them waits out the same ten seconds.
  it('K-45: 503 in time, hardly an attempt, and over soon after the issuer is back', async () => {
    const watched = [...stages.values()].flatMap((stage) =>
      outages.map(async ([fault, difference]) => {
        const issuer = await stage.issuer(fault);
        issuer.behaviour = fault;
        return watch(stage, issuer, difference);
      }),
    );
    const found = await Promise.all(watched);
    for (const { statuses, slowestMs, upstream, recoveredAfterMs } of found) {
      expect(statuses).toEqual(new Set([503]));
      expect(slowestMs).toBeLessThan(PATIENCE_MS);
      expect(upstream).toBeLessThanOrEqual(5);
      expect(recoveredAfterMs).toBeLessThan(RECOVERY_MS);
    }
    const all = found.reduce((sum, { requests }) => sum + requests, 0);
    expect(all).toBeGreaterThan(200 * ADAPTERS.length);
  });
});
