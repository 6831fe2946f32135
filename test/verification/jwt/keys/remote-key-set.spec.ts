import { InvalidCredential } from '../../../../lib/core/auth-error.js';
import { json, type Behaviour } from './faulty-issuer.js';
import { HEADER, MINUTE, ObservedKeySet, publicJwk, settle } from './observed-key-set.js';

const UNKNOWN = { alg: 'ES256', kid: 'unknown' };

/** An answer with headers of its own. */
function answering(value: unknown, headers: Readonly<Record<string, string>>): Behaviour {
  return (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(value));
  };
}

let keys: ObservedKeySet;
let good: Behaviour;

beforeEach(async () => {
  keys = await ObservedKeySet.start();
  good = keys.issuer.behaviour;
});

afterEach(() => keys.close());

describe('a key set that is fresh', () => {
  it('is fetched once for all who come at the same time, and kept', async () => {
    const found = await Promise.all(Array.from({ length: 50 }, () => keys.count()));
    expect(new Set(found)).toEqual(new Set([1]));
    keys.now += 6 * MINUTE;
    expect(await keys.count()).toBe(1);
    expect(keys.requests).toBe(1);
  });

  it('answers without a promise what was asked before', async () => {
    await keys.count();
    expect(keys.subject.candidates(HEADER, () => true)).toHaveLength(1);
    expect(keys.isWaiting()).toBe(false);
  });

  it('is renewed before it ceases to be, and nobody waits', async () => {
    await keys.count();
    keys.issuer.behaviour = (...args) =>
      setTimeout(() => {
        good(...args);
      }, 50);
    keys.now += 9.5 * MINUTE;
    expect(keys.isWaiting()).toBe(false);
    expect(keys.isWaiting()).toBe(false);
    await settle();
    expect(keys.requests).toBe(2);
    keys.now += 6 * MINUTE;
    await keys.count();
    expect(keys.requests).toBe(2);
  });

  it('is renewed for a token that was verified before, too', async () => {
    await keys.count();
    keys.now += 9.5 * MINUTE;
    const [key] = await keys.subject.candidates(HEADER, () => true);
    expect(keys.subject.vouchesFor(key?.thumbprint ?? '')).toBe(true);
    await settle();
    expect(keys.requests).toBe(2);
  });

  it.each([
    ['max-age=120', 2 * MINUTE],
    ['public, max-age=5', MINUTE],
    ['max-age=86400', 60 * MINUTE],
    ['no-cache', 10 * MINUTE],
  ])('is so for as long as the issuer says: %s', async (cacheControl, expected) => {
    keys.issuer.behaviour = answering(
      { keys: [await publicJwk()] },
      { 'cache-control': cacheControl },
    );
    await keys.count();
    keys.now += expected * 0.65;
    await keys.count();
    await settle();
    expect(keys.requests).toBe(1);
    keys.now += expected * 0.3;
    await keys.count();
    await settle();
    expect(keys.requests).toBe(2);
  });

  it('takes 304 for an answer', async () => {
    const tags: unknown[] = [];
    const first = answering({ keys: [await publicJwk()] }, { etag: '"a"' });
    keys.issuer.behaviour = (request, response) => {
      tags.push(request.headers['if-none-match']);
      if (tags.length === 1) first(request, response);
      else response.writeHead(304).end();
    };
    await keys.count();
    keys.now += 11 * MINUTE;
    expect(await keys.count()).toBe(1);
    keys.now += 6 * MINUTE;
    expect(await keys.count()).toBe(1);
    expect(tags).toEqual([undefined, '"a"']);
    expect([keys.subject.state().status, keys.subject.generation]).toEqual(['fresh', 1]);
  });

  it('is asked for as a whole at another address, after a failure, or where the tag is long', async () => {
    const tags: unknown[] = [];
    let etag = '"a"';
    let status = 200;
    const published = await publicJwk();
    keys.issuer.behaviour = (request, response) => {
      tags.push(request.headers['if-none-match']);
      response.writeHead(status, { etag }).end(JSON.stringify({ keys: [published] }));
    };
    const next = async (): Promise<void> => {
      await keys.subject.refresh().catch(() => undefined);
    };
    await next();
    status = 500;
    await next();
    status = 200;
    await next();
    etag = `"${'a'.repeat(300)}"`;
    await next();
    await next();
    expect(tags).toEqual([undefined, '"a"', undefined, '"a"', undefined]);
  });

  it('is not renewed by 304 to a set without a usable key', async () => {
    const empty = answering({ keys: [] }, { etag: '"empty"' });
    await keys.count();
    keys.issuer.behaviour = (request, response) => {
      if (request.headers['if-none-match'] === undefined) empty(request, response);
      else response.writeHead(304).end();
    };
    await expect(keys.subject.refresh()).rejects.toThrow('publishes no key to verify');
    await expect(keys.subject.refresh()).rejects.toThrow('publishes no key to verify');
  });

  it('does not become older, nor younger, when the clock is set back', async () => {
    await keys.count();
    keys.now -= 60 * MINUTE;
    await keys.count();
    expect(keys.requests).toBe(1);
    keys.now += 11 * MINUTE;
    await keys.count();
    expect(keys.requests).toBe(2);
  });
});

describe('a key that nobody knows', () => {
  it('is looked for at once, and twice a minute at most', async () => {
    await keys.count();
    keys.issuer.behaviour = json({ keys: [await publicJwk({ kid: 'new' })] });
    expect(await keys.count({ ...HEADER, kid: 'new' })).toBe(1);
    for (let index = 0; index < 20; index += 1) {
      expect(await keys.count({ ...HEADER, kid: `made-up-${String(index)}` })).toBe(0);
    }
    expect(keys.requests).toBe(3);
    keys.now += MINUTE / 2;
    expect(await keys.count({ ...HEADER, kid: 'made-up' })).toBe(0);
    expect(await keys.count({ ...HEADER, kid: 'made-up-too' })).toBe(0);
    expect(keys.requests).toBe(4);
  });

  it('is not looked for on behalf of a token that is not for us anyway', async () => {
    await keys.count();
    expect(await keys.subject.candidates(UNKNOWN, () => false)).toEqual([]);
    expect(keys.requests).toBe(1);
  });

  it('is not looked for again within a minute, unless keys came', async () => {
    await keys.count();
    await keys.count(UNKNOWN);
    keys.now += MINUTE / 2;
    await keys.count(UNKNOWN);
    expect(keys.requests).toBe(2);
    keys.issuer.behaviour = json({ keys: [await publicJwk(), await publicJwk({ kid: '2' })] });
    await keys.subject.refresh();
    keys.issuer.behaviour = json({ keys: [await publicJwk(UNKNOWN)] });
    expect(await keys.count(UNKNOWN)).toBe(1);
  });

  it('is found for all who look for it while a made-up one is looked for', async () => {
    await keys.count();
    keys.issuer.behaviour = json({ keys: [await publicJwk({ kid: '2' })] });
    const looks = ['made-up', '2', '2', 'made-up-too'].map((kid) => keys.count({ ...HEADER, kid }));
    expect(await Promise.all(looks)).toEqual([0, 1, 1, 0]);
    expect(keys.requests).toBe(2);
  });

  it('is no reason to say that the issuer is down, and costs nothing more while it is', async () => {
    await keys.count();
    keys.issuer.behaviour = (_, response) => response.destroy();
    for (let index = 0; index < 20; index += 1) {
      expect(await keys.count({ ...HEADER, kid: `made-up-${String(index)}` })).toBe(0);
    }
    expect(keys.requests).toBeLessThanOrEqual(3);
    expect(await keys.count()).toBe(1);
  });

  it('may be a key that was published and is not used: nobody is asked about that one', async () => {
    const broken = { kty: 'EC', crv: 'P-256', kid: 'broken', x: 'AA', y: 'AA' };
    keys.issuer.behaviour = json({ keys: [await publicJwk(), broken] });
    await keys.count();
    await expect(keys.count({ alg: 'ES256', kid: 'broken' })).rejects.toMatchObject({
      reason: 'key_rejected',
    });
    expect(keys.requests).toBe(1);
  });
});

describe('refresh', () => {
  it('drops a withdrawn key at once, and keeps what is known when it fails', async () => {
    await keys.count();
    keys.issuer.behaviour = json({}, 500);
    await expect(keys.subject.refresh()).rejects.toThrow('answered with status 500');
    expect(await keys.count()).toBe(1);
    const [key] = await keys.subject.candidates(HEADER, () => true);
    keys.issuer.behaviour = json({ keys: [await publicJwk({ kid: '2' })] });
    await keys.subject.refresh();
    expect(await keys.count()).toBe(0);
    expect(keys.subject.vouchesFor(key?.thumbprint ?? '')).toBe(false);
    expect(keys.events.at(-1)).toMatchObject({ keys: 1, added: 1, withdrawn: 1 });
  });

  it('asks anew, though another fetch is under way or has just failed', async () => {
    const old = keys.issuer.behaviour;
    keys.issuer.behaviour = (...args) =>
      setTimeout(() => {
        old(...args);
      }, 100);
    const first = keys.count();
    await settle(50);
    keys.issuer.behaviour = json({ keys: [await publicJwk({ kid: '2' })] });
    await keys.subject.refresh();
    expect([await first, await keys.count({ ...HEADER, kid: '2' })]).toEqual([1, 1]);
    keys.issuer.behaviour = json({}, 500);
    await expect(keys.subject.refresh()).rejects.toThrow('status 500');
    keys.issuer.behaviour = old;
    await keys.subject.refresh();
    expect(await keys.count()).toBe(1);
  });

  it('takes another key under the same name for another key', async () => {
    const [old] = await keys.subject.candidates(HEADER, () => true);
    keys.issuer.behaviour = json({ keys: [await publicJwk()] });
    await keys.subject.refresh();
    const [renewed] = await keys.subject.candidates(HEADER, () => true);
    expect(renewed?.thumbprint).not.toBe(old?.thumbprint);
    expect(keys.subject.vouchesFor(old?.thumbprint ?? '')).toBe(false);
    expect(keys.subject.generation).toBe(2);
  });
});

describe('keys that share something', () => {
  it('are renamed when their names change, and told of', async () => {
    const [shared, other] = [await publicJwk(), await publicJwk()];
    const named = (...kids: string[]): unknown => ({
      keys: kids.map((kid, index) => ({ ...(index === 2 ? other : shared), kid })),
    });
    keys.issuer.behaviour = json(named('old', 'b'));
    expect(await keys.count({ ...HEADER, kid: 'old' })).toBe(1);
    keys.issuer.behaviour = json(named('new', 'b'));
    await keys.subject.refresh();
    expect(await keys.count({ ...HEADER, kid: 'new' })).toBe(1);
    expect(await keys.count({ ...HEADER, kid: 'b' })).toBe(1);
    expect(await keys.count({ ...HEADER, kid: 'old' })).toBe(0);
    expect(keys.types).toEqual(['keys.refreshed', 'keys.refreshed']);
  });

  it('are told of when a bad one comes beside good ones that stay, and once', async () => {
    const good = await publicJwk();
    keys.issuer.behaviour = json({ keys: [good] });
    await keys.count();
    keys.issuer.behaviour = json({ keys: [good, { ...good, kid: 'bad', d: 'AAAA' }] });
    await keys.subject.refresh();
    await keys.subject.refresh();
    expect(keys.events.slice(1)).toEqual([
      { type: 'keys.ignored', issuer: keys.issuer.origin, kid: 'bad', flaw: 'private' },
    ]);
    await expect(keys.count({ ...HEADER, kid: 'bad' })).rejects.toMatchObject({
      reason: 'key_rejected',
    });
  });
});

describe('a token that names no key', () => {
  it('is not guessed about', async () => {
    keys.issuer.behaviour = json({ keys: [await publicJwk(), await publicJwk({ kid: '2' })] });
    const header = { alg: 'ES256', kid: undefined };
    await expect(keys.count(header)).rejects.toThrow(InvalidCredential);
    keys.issuer.behaviour = json({ keys: [await publicJwk()] });
    await keys.subject.refresh();
    expect(await keys.count(header)).toBe(1);
  });
});

describe("a key set with refresh: 'timer'", () => {
  it('is renewed though nobody asks', async () => {
    await keys.close();
    keys = await ObservedKeySet.start({
      refresh: 'timer',
      lifetime: { freshMs: 100, staleMs: 1000 },
    });
    const timer = setInterval(() => (keys.now += 10), 10);
    await keys.count();
    await settle(600);
    clearInterval(timer);
    expect(keys.requests).toBeGreaterThan(2);
    await keys.subject.close();
    const length = keys.requests;
    await settle(200);
    expect(keys.requests).toBeLessThanOrEqual(length + 1);
  });
});
