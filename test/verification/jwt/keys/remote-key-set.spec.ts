import { gzipSync } from 'node:zlib';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { AuthUnavailable, InvalidCredential } from '../../../../lib/core/auth-error.js';
import { RemoteKeySet } from '../../../../lib/verification/jwt/keys/remote-key-set.js';
import { FaultyIssuer, json, type Behaviour } from './faulty-issuer.js';

const MINUTE = 60_000;
const HEADER = { alg: 'ES256', kid: '1' };

async function publicJwk(more: JWK = {}): Promise<JWK> {
  const { publicKey } = await generateKeyPair('ES256', { extractable: true });
  return { ...(await exportJWK(publicKey)), kid: '1', ...more };
}

describe('RemoteKeySet', () => {
  let server: FaultyIssuer;
  let subject: RemoteKeySet;
  let now: number;
  let reported: string[];

  beforeEach(async () => {
    now = 0;
    reported = [];
    server = await FaultyIssuer.start();
    server.behaviour = json({ keys: [await publicJwk()] });
    const locate = (): Promise<URL> => Promise.resolve(new URL(`${server.origin}/jwks`));
    subject = new RemoteKeySet(locate, {
      clock: () => now,
      report: (failure) => void reported.push(String(failure)),
    });
  });

  afterEach(() => server.close());

  const count = async (header = HEADER): Promise<number> =>
    (await subject.candidates(header)).length;

  it('fetches once for all who come at the same time, and keeps what it fetched', async () => {
    const found = await Promise.all(Array.from({ length: 50 }, () => count()));
    expect(new Set(found)).toEqual(new Set([1]));
    now += 9 * MINUTE;
    expect(await count()).toBe(1);
    expect(server.requests).toHaveLength(1);
  });

  it('fetches anew after ten minutes', async () => {
    await count();
    now += 10 * MINUTE;
    await count();
    expect(server.requests).toHaveLength(2);
  });

  it('looks again for an unknown key, twice a minute at most', async () => {
    await count();
    const unknown = { ...HEADER, kid: '2' };
    server.behaviour = json({ keys: [await publicJwk({ kid: '2' })] });
    expect(await count(unknown)).toBe(1);
    for (let index = 0; index < 20; index += 1) {
      expect(await count({ ...HEADER, kid: `made-up-${String(index)}` })).toBe(0);
    }
    expect(server.requests).toHaveLength(2);
    now += MINUTE / 2;
    expect(await count({ ...HEADER, kid: 'made-up' })).toBe(0);
    expect(server.requests).toHaveLength(3);
  });

  it('finds a new key for all who look for it while a made-up one is looked for', async () => {
    await count();
    server.behaviour = json({ keys: [await publicJwk({ kid: '2' })] });
    const looks = ['made-up', '2', '2', 'made-up-too'].map((kid) => count({ ...HEADER, kid }));
    expect(await Promise.all(looks)).toEqual([0, 1, 1, 0]);
    expect(server.requests).toHaveLength(2);
  });

  it('keeps using what it knows for an hour while the issuer fails', async () => {
    await count();
    server.behaviour = json({}, 500);
    now += 69 * MINUTE;
    expect(await count()).toBe(1);
    expect(await count({ ...HEADER, kid: 'made-up' })).toBe(0);
    now += MINUTE;
    await expect(count()).rejects.toThrow(AuthUnavailable);
  });

  it('pauses after a failure, longer each time, and says for how long', async () => {
    server.behaviour = json({}, 500);
    const failure = async (): Promise<AuthUnavailable> => {
      const error = await subject.candidates(HEADER).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(AuthUnavailable);
      return error as AuthUnavailable;
    };
    expect((await failure()).retryAfterSeconds).toBe(1);
    expect(server.requests).toHaveLength(1);
    now += 1000;
    expect((await failure()).retryAfterSeconds).toBe(2);
    expect(server.requests).toHaveLength(2);
  });

  it('recovers as soon as the issuer does', async () => {
    const good = server.behaviour;
    server.behaviour = json({}, 500);
    await expect(count()).rejects.toThrow(AuthUnavailable);
    server.behaviour = good;
    now += 1000;
    expect(await count()).toBe(1);
  });

  it('drops a withdrawn key at once on refresh, and keeps what it knows when that fails', async () => {
    await count();
    server.behaviour = json({}, 500);
    await expect(subject.refresh()).rejects.toThrow('answered with status 500');
    expect(await count()).toBe(1);
    now += MINUTE;
    server.behaviour = json({ keys: [await publicJwk({ kid: '2' })] });
    await subject.refresh();
    expect(await count()).toBe(0);
  });

  it('asks anew on refresh, though another fetch is under way or has just failed', async () => {
    const old = server.behaviour;
    server.behaviour = (...args) =>
      setTimeout(() => {
        old(...args);
      }, 100);
    const first = count();
    await new Promise((resolve) => setTimeout(resolve, 50));
    server.behaviour = json({ keys: [await publicJwk({ kid: '2' })] });
    await subject.refresh();
    expect([await first, await count({ ...HEADER, kid: '2' })]).toEqual([1, 1]);
    server.behaviour = json({}, 500);
    await expect(subject.refresh()).rejects.toThrow('status 500');
    server.behaviour = old;
    await subject.refresh();
    expect(await count()).toBe(1);
  });

  it('reports each failure, while known keys make up for it and when they do not', async () => {
    await count();
    server.behaviour = json({}, 500);
    now += 11 * MINUTE;
    expect(await count()).toBe(1);
    now += 70 * MINUTE;
    await expect(count()).rejects.toThrow(AuthUnavailable);
    expect(reported).toHaveLength(2);
    for (const each of reported) expect(each).toContain('/jwks answered with status 500');
  });

  it('does not guess which of several keys a token without a key id means', async () => {
    server.behaviour = json({ keys: [await publicJwk(), await publicJwk({ kid: '2' })] });
    const header = { alg: 'ES256', kid: undefined };
    await expect(subject.candidates(header)).rejects.toThrow(InvalidCredential);
    server.behaviour = json({ keys: [await publicJwk()] });
    await subject.refresh();
    expect(await subject.candidates(header)).toHaveLength(1);
  });

  it('leaves out what is no key to verify with', async () => {
    const odd = [null, 'text', { kty: 'oct', k: 'AAAA', kid: '1' }, { kid: '1' }, {}];
    server.behaviour = json({ keys: [...odd, await publicJwk({ use: 'enc' }), await publicJwk()] });
    expect(await count()).toBe(1);
  });

  const faults: [string, Behaviour][] = [
    ['an error', json({}, 500)],
    ['a redirect', (_, response) => response.writeHead(302, { location: '/elsewhere' }).end()],
    ['a reset', (_, response) => response.destroy()],
    ['HTML', json('<html></html>')],
    ['truncated JSON', json('{"keys":[')],
    ['a list', json('[]')],
    ['no keys', json({})],
    ['an empty set', json({ keys: [] })],
    ['nothing but a secret', json({ keys: [{ kty: 'oct', k: 'AAAA' }] })],
    ['too much', json({ keys: [], padding: 'x'.repeat(300_000) })],
    [
      'a bomb',
      (_, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' });
        response.end(gzipSync(Buffer.alloc(10_000_000, 0x20)));
      },
    ],
  ];

  it.each(faults)('is unavailable when the issuer answers with %s', async (_, behaviour) => {
    server.behaviour = behaviour;
    await expect(count()).rejects.toThrow(AuthUnavailable);
    expect(server.requests).toEqual(['/jwks']);
  });

  it('gives up after three seconds', async () => {
    server.behaviour = (_, response) => response.writeHead(200).write('{"keys":[');
    const started = performance.now();
    await expect(count()).rejects.toThrow(AuthUnavailable);
    expect(performance.now() - started).toBeLessThan(4000);
  });
});
