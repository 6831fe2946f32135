import {
  answer,
  blackHole,
  crowded,
  delayed,
  endless,
  html,
  json,
  nested,
  redirectTo,
  reset,
  trickling,
  truncated,
  type Behaviour,
} from '../../verification/jwt/keys/faults.js';
import { FaultyIssuer } from '../../verification/jwt/keys/faulty-issuer.js';
import { SigningKey } from '../../verification/jwt/keys/signing-key.js';
import { ADAPTERS } from '../http/application.js';
import { collectGarbage } from './garbage.js';
import { handled } from './guarded-api.js';
import { Stage } from './stage.js';

/** The timeout of 3 s, and what a busy machine adds. */
const PATIENCE_MS = 7000;

let good: SigningKey;

beforeAll(async () => {
  good = await SigningKey.generate('ES256', 'good');
});

describe.each(ADAPTERS)('an issuer whose keys cannot be had, on %s', (adapter) => {
  const stage = new Stage(adapter);

  afterEach(() => stage.close());

  /** Of the first request that ever needs keys, and of the one after it. */
  async function expectUnavailable(jwks: Behaviour, withinMs: number): Promise<void> {
    const issuer = await stage.issuer(jwks);
    const api = await stage.api(issuer);
    const token = await good.token(issuer);
    const before = handled();
    const began = performance.now();
    const { status, challenge, headers, body } = await api.get(token);
    expect(performance.now() - began).toBeLessThan(withinMs);
    expect([status, challenge, body['code']]).toEqual([503, null, 'auth_unavailable']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(api.reasons).toEqual(['issuer_unavailable']);
    expect(api.keyEvents).toEqual(['keys.failing']);
    expect((await api.get(token)).status).toBe(503);
    expect(handled()).toBe(before);
    expect(issuer.count()).toBe(1);
    expect(api.jwks.state()).toMatchObject([{ issuer: issuer.origin, status: 'unavailable' }]);
  }

  const keys = (): object[] => [good.jwk];

  it.each<[string, string, () => Behaviour]>([
    ['K-21', 'a list at the top', () => json(keys())],
    ['K-24', 'no JSON', () => json('{"keys":[{]}')],
    ['K-24', 'half of a document', () => truncated({ keys: keys() })],
    ['K-24', 'HTML', () => html],
    ['K-24', 'nothing', () => json('')],
    ['K-24', 'null', () => json('null')],
    ['K-29', 'status 500', () => json({ keys: keys() }, 500)],
    ['K-29', 'status 429', () => json({ keys: keys() }, 429)],
    ['K-29', 'status 404', () => json({ keys: keys() }, 404)],
    ['K-29', 'an unasked 304', () => answer('', { status: 304 })],
    ['K-29', 'a connection that is reset', () => reset],
    ['K-23', 'an empty set', () => json({ keys: [] })],
    ['K-23', 'an object with numbers for keys', () => json({ keys: { 0: good.jwk, length: 1 } })],
    ['K-23', 'a set without a usable key', () => json({ keys: [null, { kty: 'oct', k: 'eA' }] })],
    ['K-36', '10 000 keys', () => crowded(good.jwk)],
    ['K-36', 'keys beside something nested deep', () => nested(keys())],
  ])('%s: answers 503 to %s', async (_, __, behaviour) => {
    await expectUnavailable(behaviour(), PATIENCE_MS);
  });

  it('answers 503 to a redirect, and follows it nowhere', async () => {
    const elsewhere = await stage.issuer(json({ keys: [good.jwk] }));
    await expectUnavailable(redirectTo(elsewhere.jwksUri), PATIENCE_MS);
    expect(elsewhere.connections).toBe(0);
  });

  // Side by side: each of them takes the whole timeout.
  it('K-33, K-38: answers 503 in time to a body that takes too long', async () => {
    const text = JSON.stringify({ keys: [good.jwk] });
    // A timeout that only a signal holds is collected with it, and never comes. Twice is enough: with a
    // large heap, each collection stops the process.
    const collections = [500, 1500].map((after) => setTimeout(collectGarbage, after));
    await Promise.all([
      expectSlowIsLetGo(trickling(text)),
      expectSlowIsLetGo(endless),
      expectSlowIsLetGo(blackHole),
      expectSlowIsLetGo(delayed(10_000, json(text))),
    ]).finally(() => {
      collections.forEach(clearTimeout);
    });
  });

  async function expectSlowIsLetGo(jwks: Behaviour): Promise<void> {
    let isLetGo = false;
    const issuer = await stage.issuer((request, response) => {
      request.socket.once('close', () => (isLetGo = true));
      jwks(request, response);
    });
    const api = await stage.api(issuer);
    const began = performance.now();
    expect((await api.get(await good.token(issuer))).status).toBe(503);
    expect(performance.now() - began).toBeLessThan(PATIENCE_MS);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(isLetGo).toBe(true);
  }

  it.each([
    'RIVAL/jwks',
    'http://169.254.169.254/jwks',
    'https://169.254.169.254/jwks',
    'file:///etc/passwd',
  ])(
    'K-43: answers 503 when the metadata name keys at %s, and asks nobody there',
    async (address) => {
      const rival = await stage.issuer(json({ keys: [good.jwk] }));
      const issuer = await stage.issuer(json({ keys: [good.jwk] }));
      const jwks_uri = address.replace('RIVAL', rival.origin);
      const metadata = json({ ...issuer.metadata(), jwks_uri });
      issuer.serve({ jwks: json({ keys: [good.jwk] }), metadata });
      const api = await stage.api(issuer, { discovers: true });
      const began = performance.now();
      expect((await api.get(await good.token(issuer))).status).toBe(503);
      // A connection to a link-local address would take the whole timeout.
      expect(performance.now() - began).toBeLessThan(2000);
      expect([rival.connections, issuer.count()]).toEqual([0, 0]);
    },
  );

  it('finds the keys by discovery where the metadata name them at the issuer itself', async () => {
    const issuer = await stage.issuer(json({ keys: [good.jwk] }));
    const api = await stage.api(issuer, { discovers: true });
    expect((await api.get(await good.token(issuer))).status).toBe(200);
    expect(issuer.requests).toEqual(['/.well-known/openid-configuration', '/jwks']);
  });

  it('accepts keys on another origin when the operator says that they are there', async () => {
    const elsewhere = await stage.issuer(json({ keys: [good.jwk] }));
    const issuer = await stage.issuer(json({}, 500));
    const api = await stage.api(issuer, { issuer: { jwksUri: elsewhere.jwksUri } });
    expect((await api.get(await good.token(issuer))).status).toBe(200);
    expect(issuer.connections).toBe(0);
  });

  it.each(['http://login.example.com/jwks', 'http://10.0.0.1/jwks', 'ftp://127.0.0.1/jwks'])(
    'K-41: does not boot with keys at %s',
    async (jwksUri) => {
      const issuer = await FaultyIssuer.start();
      await expect(stage.api(issuer, { issuer: { jwksUri } })).rejects.toThrow(/jwksUri/);
      await issuer.close();
    },
  );

  it('X-13: a token that was answered 503 is accepted once the issuer is back', async () => {
    const issuer = await stage.issuer(json({}, 500));
    const api = await stage.api(issuer);
    const token = await good.token(issuer);
    expect((await api.get(token)).status).toBe(503);
    issuer.serve({ jwks: json({ keys: [good.jwk] }) });
    api.advance(5);
    expect((await api.get(token)).status).toBe(200);
    expect(api.keyEvents).toEqual(['keys.failing', 'keys.recovered', 'keys.refreshed']);
  });
});
