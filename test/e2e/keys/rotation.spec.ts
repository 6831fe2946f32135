import { delayed, inTurn, json, tagged } from '../../verification/jwt/keys/faults.js';
import { SigningKey } from '../../verification/jwt/keys/signing-key.js';
import { ADAPTERS } from '../http/application.js';
import { eventually } from './guarded-api.js';
import { Stage } from './stage.js';

/** For how long a key set is fresh, in seconds. */
const FRESH = 600;
const CACHES = [
  ['remembered', {}],
  ['not remembered', { tokenCache: false }],
] as const;

let old: SigningKey;
let next: SigningKey;

beforeAll(async () => {
  old = await SigningKey.generate('ES256', 'old');
  next = await SigningKey.generate('ES256', 'next');
});

describe.each(ADAPTERS)('keys that come and go, on %s', (adapter) => {
  const stage = new Stage(adapter);

  afterEach(() => stage.close());

  it('K-48: a new key is fetched with the first token it signed, and the old one stays', async () => {
    const issuer = await stage.issuer(json({ keys: [old.jwk] }));
    const api = await stage.api(issuer);
    expect((await api.get(await old.token(issuer))).status).toBe(200);
    issuer.serve({ jwks: json({ keys: [old.jwk, next.jwk] }) });
    const tokens = await Promise.all(Array.from({ length: 20 }, () => next.token(issuer)));
    const answers = await Promise.all(tokens.map((token) => api.get(token)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(issuer.count()).toBe(2);
    expect((await api.get(await old.token(issuer))).status).toBe(200);
    expect(api.keyEvents).toEqual(['keys.refreshed', 'keys.refreshed']);
  });

  describe.each(CACHES)('with tokens %s', (_, cache) => {
    it('K-50, X-04: a withdrawn key is refused within the time the set is fresh', async () => {
      const issuer = await stage.issuer(json({ keys: [old.jwk, next.jwk] }));
      const api = await stage.api(issuer, cache);
      const token = await old.token(issuer);
      expect(await api.statuses(token, 3)).toEqual([200, 200, 200]);
      issuer.serve({ jwks: json({ keys: [next.jwk] }) });
      api.advance(FRESH);
      const { status, challenge } = await api.get(token);
      expect(status).toBe(401);
      expect(challenge).toContain('error="invalid_token"');
      expect(api.reasons).toEqual(['no_matching_key']);
      expect((await api.get(await next.token(issuer))).status).toBe(200);
    });

    it('K-50, X-04: a withdrawn key is refused at once after a refresh', async () => {
      const issuer = await stage.issuer(json({ keys: [old.jwk, next.jwk] }));
      const api = await stage.api(issuer, cache);
      const token = await old.token(issuer);
      expect(await api.statuses(token, 3)).toEqual([200, 200, 200]);
      issuer.serve({ jwks: json({ keys: [next.jwk] }) });
      await api.jwks.refresh(issuer.origin);
      expect(await api.statuses(token, 3)).toEqual([401, 401, 401]);
      expect(new Set(api.reasons)).toEqual(new Set(['no_matching_key']));
      expect(issuer.count()).toBeLessThanOrEqual(3);
    });

    it('the name of a key is not the key: another one of the same name refuses the old tokens', async () => {
      const heir = await SigningKey.generate('ES256', 'old');
      const issuer = await stage.issuer(json({ keys: [old.jwk] }));
      const api = await stage.api(issuer, cache);
      const token = await old.token(issuer);
      expect((await api.get(token)).status).toBe(200);
      issuer.serve({ jwks: json({ keys: [heir.jwk] }) });
      await api.jwks.refresh();
      expect((await api.get(token)).status).toBe(401);
      expect(api.reasons).toEqual(['invalid_signature']);
      expect((await api.get(await heir.token(issuer))).status).toBe(200);
    });

    it('a healthy answer that lacks a key is not overruled by an older one in the outage after it', async () => {
      const issuer = await stage.issuer(json({ keys: [old.jwk, next.jwk] }));
      const api = await stage.api(issuer, cache);
      const token = await old.token(issuer);
      expect((await api.get(token)).status).toBe(200);
      issuer.serve({ jwks: json({ keys: [next.jwk] }) });
      await api.jwks.refresh();
      issuer.serve({ jwks: json({}, 500) });
      for (let passed = 0; passed < 4000; passed += 400) {
        expect((await api.get(token)).status).toBe(401);
        expect((await api.get(await next.token(issuer))).status).toBe(200);
        api.advance(400);
      }
    });
  });

  it('a request that comes while a key is being withdrawn gets the new verdict or the old one, and the next the new one', async () => {
    const issuer = await stage.issuer(json({ keys: [old.jwk] }));
    const api = await stage.api(issuer);
    const token = await old.token(issuer);
    expect((await api.get(token)).status).toBe(200);
    issuer.serve({ jwks: delayed(100, json({ keys: [next.jwk] })) });
    const refreshed = api.jwks.refresh();
    expect([200, 401]).toContain((await api.get(token)).status);
    await refreshed;
    expect((await api.get(token)).status).toBe(401);
  });

  it('K-23: an empty set takes nothing away, and is told of', async () => {
    const issuer = await stage.issuer(json({ keys: [old.jwk] }));
    const api = await stage.api(issuer);
    const token = await old.token(issuer);
    expect((await api.get(token)).status).toBe(200);
    issuer.serve({ jwks: json({ keys: [] }) });
    await expect(api.jwks.refresh()).rejects.toThrow();
    expect((await api.get(token)).status).toBe(200);
    api.advance(FRESH + 60);
    expect((await api.get(token)).status).toBe(200);
    expect(api.keyEvents).toEqual(['keys.refreshed', 'keys.failing']);
  });

  it('is renewed for tokens that are remembered, and none of them waits', async () => {
    const good = json({ keys: [old.jwk] });
    const issuer = await stage.issuer(inTurn(good, delayed(300, good)));
    const api = await stage.api(issuer);
    const token = await old.token(issuer);
    await api.get(token);
    api.advance(FRESH * 0.95);
    const began = performance.now();
    expect(await api.statuses(token, 5)).toEqual([200, 200, 200, 200, 200]);
    expect(performance.now() - began).toBeLessThan(250);
    await eventually(() => issuer.count() === 2);
    await eventually(() => Number(api.jwks.state()[0]?.fetchedAt) > Date.now() + 500_000);
    api.advance(FRESH * 0.6);
    expect((await api.get(token)).status).toBe(200);
    expect(issuer.count()).toBe(2);
  });

  it('an answer without news renews the set', async () => {
    const issuer = await stage.issuer(tagged({ keys: [old.jwk] }, '"1"'));
    const api = await stage.api(issuer);
    const token = await old.token(issuer);
    for (let round = 0; round < 12; round += 1) {
      expect((await api.get(token)).status).toBe(200);
      api.advance(FRESH + 10);
    }
    expect(issuer.count()).toBe(12);
    expect(api.keyEvents).toEqual(['keys.refreshed']);
  });

  it.each([
    ['max-age=60', 60],
    ['max-age=1', 60],
    ['max-age=1800', 1800],
    ['max-age=999999', 3600],
    ['no-store', FRESH],
  ])('%s: the set is fresh for %i s', async (control, seconds) => {
    const headers = { 'cache-control': control };
    const issuer = await stage.issuer(tagged({ keys: [old.jwk, next.jwk] }, '"1"', headers));
    const api = await stage.api(issuer);
    const token = await old.token(issuer);
    await api.get(token);
    issuer.serve({ jwks: json({ keys: [next.jwk] }) });
    api.advance(seconds * 0.65);
    expect((await api.get(token)).status).toBe(200);
    expect(issuer.count()).toBe(1);
    api.advance(seconds * 0.35);
    expect((await api.get(token)).status).toBe(401);
  });
});
