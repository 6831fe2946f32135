import { inTurn, json, reset } from '../../verification/jwt/keys/faults.js';
import { SigningKey } from '../../verification/jwt/keys/signing-key.js';
import { ADAPTERS } from '../http/application.js';
import { eventually } from './guarded-api.js';
import { Stage } from './stage.js';

/** Fresh for 600 s, and trusted for 3600 s more while the issuer does not answer. */
const STALE_LIMIT = 4200;
const OFF = { tokenCache: false } as const;
const ON = {};

let good: SigningKey;
let next: SigningKey;

beforeAll(async () => {
  good = await SigningKey.generate('ES256', 'good');
  next = await SigningKey.generate('ES256', 'next');
});

describe.each(ADAPTERS)('an outage after the keys were fetched, on %s', (adapter) => {
  const stage = new Stage(adapter);

  afterEach(() => stage.close());

  it.each([
    ['status 500, tokens remembered', json({}, 500), ON],
    ['status 500, tokens not remembered', json({}, 500), OFF],
    ['connections reset', reset, OFF],
    ['an empty set', json({ keys: [] }), OFF],
  ])('K-47: %s: every token is accepted until the stale limit', async (_, fault, cache) => {
    const issuer = await stage.issuer(json({ keys: [good.jwk] }));
    const api = await stage.api(issuer, cache);
    const token = await good.token(issuer);
    expect((await api.get(token)).status).toBe(200);
    issuer.serve({ jwks: fault });
    const statuses: number[] = [];
    // The last step ends short of the limit, by what the test itself takes.
    for (let passed = 0; passed + 60 < STALE_LIMIT; passed += 60) {
      api.advance(60);
      statuses.push(
        ...(await api.statuses(token, 2)),
        (await api.get(await good.token(issuer))).status,
      );
      if (passed === 1200) expect(api.jwks.state()).toMatchObject([{ status: 'stale' }]);
    }
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(statuses.length).toBeGreaterThan(200);
    // One attempt each step at the most, and one more at once where the network fails for the first time.
    expect(issuer.count()).toBeLessThanOrEqual(75);
    api.advance(70);
    const { status, challenge, headers } = await api.get(token);
    expect([status, challenge]).toEqual([503, null]);
    expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(api.jwks.state()).toMatchObject([{ status: 'unavailable' }]);
    expect(api.keyEvents).toEqual(['keys.refreshed', 'keys.failing']);
  });

  it('a key that is first used in it is one that anybody could make up: 401, until keys are fetched again', async () => {
    const issuer = await stage.issuer(json({ keys: [good.jwk] }));
    const api = await stage.api(issuer);
    expect((await api.get(await good.token(issuer))).status).toBe(200);
    issuer.serve({ jwks: reset });
    for (let passed = 0; passed < 120; passed += 40) {
      const { status, challenge, headers } = await api.get(await next.token(issuer));
      expect([status, headers.get('retry-after')]).toEqual([401, null]);
      expect(challenge).toContain('error="invalid_token"');
      expect((await api.get(await good.token(issuer))).status).toBe(200);
      api.advance(40);
    }
    expect(new Set(api.reasons)).toEqual(new Set(['no_matching_key']));
    issuer.serve({ jwks: json({ keys: [good.jwk, next.jwk] }) });
    api.advance(30);
    expect((await api.get(await next.token(issuer))).status).toBe(200);
  });

  it('tells health checks how it is, and is over as soon as the issuer answers', async () => {
    const issuer = await stage.issuer(json({ keys: [good.jwk] }));
    const api = await stage.api(issuer);
    const token = await good.token(issuer);
    expect(api.jwks.state(issuer.origin)).toMatchObject([
      { status: 'unavailable', failingSince: undefined },
    ]);
    await api.get(token);
    const [fresh] = api.jwks.state();
    expect(fresh).toMatchObject({ issuer: issuer.origin, status: 'fresh' });
    issuer.serve({ jwks: json({}, 503) });
    api.advance(700);
    expect((await api.get(token)).status).toBe(200);
    const [stale] = api.jwks.state();
    expect(stale).toMatchObject({ status: 'stale', fetchedAt: fresh?.fetchedAt });
    expect(Math.abs((stale?.failingSince ?? 0) - (fresh?.fetchedAt ?? 0) - 700_000)).toBeLessThan(
      5000,
    );
    expect(stale?.nextAttemptAt).toBeGreaterThanOrEqual(stale?.failingSince ?? Infinity);
    issuer.serve({ jwks: json({ keys: [good.jwk] }) });
    api.advance(40);
    expect((await api.get(token)).status).toBe(200);
    await eventually(() => api.jwks.state()[0]?.status === 'fresh');
    expect(api.jwks.state()).toMatchObject([{ failingSince: undefined, nextAttemptAt: undefined }]);
    expect(api.keyEvents).toEqual(['keys.refreshed', 'keys.failing', 'keys.recovered']);
  });

  it('is not extended by a clock that is set back', async () => {
    const issuer = await stage.issuer(json({ keys: [good.jwk] }));
    const api = await stage.api(issuer, OFF);
    const token = await good.token(issuer);
    await api.get(token);
    issuer.serve({ jwks: json({}, 500) });
    for (let step = 0; step < 3; step += 1) {
      api.advance(1395);
      expect((await api.get(token)).status).toBe(200);
      // Not so far that the token is not yet valid.
      api.advance(-1000);
      expect((await api.get(token)).status).toBe(200);
    }
    api.advance(20);
    expect((await api.get(token)).status).toBe(503);
  });

  it('K-56: nobody notices an issuer that answers every other time', async () => {
    const issuer = await stage.issuer(inTurn(json({ keys: [good.jwk] }), json({}, 500)));
    const api = await stage.api(issuer, OFF);
    const token = await good.token(issuer);
    const statuses = [];
    // An hour and a half, in steps that meet every age of a key set.
    for (let request = 0; request < 400; request += 1) {
      statuses.push((await api.get(token)).status);
      api.advance(13.7);
    }
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(issuer.count()).toBeGreaterThan(8);
  });
});
