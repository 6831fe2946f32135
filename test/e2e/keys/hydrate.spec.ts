import { jest } from '@jest/globals';
import { delayed, inTurn, json } from '../../verification/jwt/keys/faults.js';
import { SigningKey } from '../../verification/jwt/keys/signing-key.js';
import { ADAPTERS } from '../http/application.js';
import { eventually } from './guarded-api.js';
import { Stage } from './stage.js';

// To give up takes 10 s by definition.
jest.setTimeout(20_000);

let good: SigningKey;

beforeAll(async () => {
  good = await SigningKey.generate();
});

describe.each(ADAPTERS)('keys at boot, on %s', (adapter) => {
  const stage = new Stage(adapter);

  afterEach(() => stage.close());

  it('are fetched in the background by default, and boot does not wait', async () => {
    const issuer = await stage.issuer(delayed(1500, json({ keys: [good.jwk] })));
    const began = performance.now();
    const api = await stage.api(issuer, { keySets: { hydrate: 'background' } });
    expect(performance.now() - began).toBeLessThan(1400);
    await eventually(() => issuer.count() === 1);
    await eventually(() => api.jwks.state()[0]?.status === 'fresh');
    expect((await api.get(await good.token(issuer))).status).toBe(200);
    expect(issuer.count()).toBe(1);
  });

  it('that cannot be had in the background are no reason not to boot', async () => {
    const issuer = await stage.issuer(json({}, 500));
    const api = await stage.api(issuer, { keySets: { hydrate: 'background' } });
    await eventually(() => api.keyEvents.includes('keys.failing'));
    expect((await api.get(await good.token(issuer))).status).toBe(503);
  });

  it('are there before the first request where they are required', async () => {
    const flapping = inTurn(json({}, 500), delayed(200, json({ keys: [good.jwk] })));
    const issuer = await stage.issuer(flapping);
    const api = await stage.api(issuer, { keySets: { hydrate: 'required' } });
    expect(api.jwks.state()).toMatchObject([{ status: 'fresh' }]);
    expect(issuer.count()).toBe(2);
    expect((await api.get(await good.token(issuer))).status).toBe(200);
    expect(issuer.count()).toBe(2);
  });

  it('are not fetched before the first token with `lazy`', async () => {
    const issuer = await stage.issuer(json({ keys: [good.jwk] }));
    const api = await stage.api(issuer, { keySets: { hydrate: 'lazy' } });
    expect((await api.get('')).status).not.toBe(200);
    expect((await api.get('no.token.atall')).status).toBe(401);
    expect(issuer.requests).toEqual([]);
    expect((await api.get(await good.token(issuer))).status).toBe(200);
    expect(issuer.count()).toBe(1);
  });
});

// Side by side: each of them waits for 10 s.
it('keys that are required, and cannot be had, are a reason not to boot', async () => {
  const boots = ADAPTERS.map(async (adapter) => {
    const stage = new Stage(adapter);
    const issuer = await stage.issuer(json({}, 500));
    const began = performance.now();
    await expect(stage.api(issuer, { keySets: { hydrate: 'required' } })).rejects.toThrow(
      /keySets\.hydrate.*answered with status 500/s,
    );
    expect(performance.now() - began).toBeLessThan(14_000);
    expect(issuer.count()).toBeLessThanOrEqual(5);
    await stage.close();
  });
  await Promise.all(boots);
});
