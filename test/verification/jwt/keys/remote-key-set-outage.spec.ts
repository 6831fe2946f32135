import { AuthUnavailable } from '../../../../lib/core/auth-error.js';
import { json, type Behaviour } from './faulty-issuer.js';
import { HEADER, MINUTE, ObservedKeySet, publicJwk, settle, START } from './observed-key-set.js';

let keys: ObservedKeySet;
let good: Behaviour;

beforeEach(async () => {
  keys = await ObservedKeySet.start();
  good = keys.issuer.behaviour;
});

afterEach(() => keys.close());

describe('an issuer that does not answer', () => {
  it('is made up for by the keys it published last, for an hour', async () => {
    await keys.count();
    keys.issuer.behaviour = json({}, 500);
    for (const minutes of [10, 20, 20, 19]) {
      keys.now += minutes * MINUTE;
      expect(await keys.count()).toBe(1);
    }
    expect(keys.subject.state().status).toBe('stale');
    keys.now += MINUTE;
    await expect(keys.count()).rejects.toThrow(AuthUnavailable);
    expect(keys.subject.state().status).toBe('unavailable');
  });

  it('lets nobody wait who could be told at once', async () => {
    await keys.count();
    keys.issuer.behaviour = json({}, 500);
    keys.now += 11 * MINUTE;
    await keys.count();
    keys.issuer.behaviour = () => undefined;
    keys.now += MINUTE / 2;
    expect(keys.isWaiting()).toBe(false);
  });

  it('is believed when it answers without a key, whatever was known', async () => {
    await keys.count();
    keys.issuer.behaviour = json({}, 500);
    keys.now += 30 * MINUTE;
    expect(await keys.count()).toBe(1);
    keys.issuer.behaviour = json({ keys: [await publicJwk({ kid: '2' })] });
    keys.now += 5 * MINUTE;
    expect(await keys.count()).toBe(0);
    expect(await keys.count({ ...HEADER, kid: '2' })).toBe(1);
  });

  it('is left alone after a failure, for some seconds at the most while there are no keys', async () => {
    keys.issuer.behaviour = json({}, 500);
    const failure = async (): Promise<AuthUnavailable> => {
      const error: unknown = await keys.count().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(AuthUnavailable);
      return error as AuthUnavailable;
    };
    for (const longest of [2, 4, 4, 4, 4]) {
      const before = keys.requests;
      const { retryAfterSeconds } = await failure();
      await failure();
      expect(keys.requests).toBe(before + 1);
      expect(retryAfterSeconds).toBeGreaterThanOrEqual(longest * 0.75);
      expect(retryAfterSeconds).toBeLessThanOrEqual(longest);
      keys.now += retryAfterSeconds * 1000;
    }
  });

  it('serves again as soon as it answers', async () => {
    keys.issuer.behaviour = json({}, 500);
    await expect(keys.count()).rejects.toThrow(AuthUnavailable);
    keys.issuer.behaviour = good;
    keys.now += 2000;
    expect(await keys.count()).toBe(1);
    expect(keys.types).toEqual(['keys.failing', 'keys.recovered', 'keys.refreshed']);
  });

  it('is asked a second time at once when the network fails as keys are renewed', async () => {
    await keys.count();
    let isFirst = true;
    keys.issuer.behaviour = (request, response) => {
      if (isFirst) response.destroy();
      else good(request, response);
      isFirst = false;
    };
    keys.now += 11 * MINUTE;
    expect(await keys.count()).toBe(1);
    expect(keys.requests).toBe(3);
    expect(keys.subject.state().failingSince).toBeUndefined();
  });

  it('is told of once, and once when it answers again', async () => {
    await keys.count();
    keys.issuer.behaviour = json({}, 500);
    keys.now += 11 * MINUTE;
    await keys.count();
    keys.now += 5 * MINUTE;
    await keys.count();
    await settle();
    const staleUntil = START + 70 * MINUTE;
    const trustedUntil = expect.closeTo(staleUntil, -1) as number;
    expect(keys.events.slice(1)).toEqual([
      {
        type: 'keys.failing',
        issuer: keys.issuer.origin,
        trustedUntil,
        cause: expect.objectContaining({
          message: `${keys.issuer.origin}/jwks answered with status 500`,
        }) as unknown,
      },
    ]);
    keys.issuer.behaviour = good;
    keys.now += MINUTE;
    await keys.count();
    await settle();
    expect(keys.types).toEqual(['keys.refreshed', 'keys.failing', 'keys.recovered']);
  });
});

describe('a key set that nobody uses', () => {
  it('is fetched for whoever asks how it is, so that no traffic has to come first', async () => {
    expect(keys.subject.state().status).toBe('unavailable');
    await settle();
    expect(keys.subject.state().status).toBe('fresh');
    keys.now += 80 * MINUTE;
    expect(keys.subject.state().status).toBe('unavailable');
    await settle();
    expect([keys.subject.state().status, keys.requests]).toEqual(['fresh', 2]);
  });

  it('is not fetched more often than the pause after a failure allows', async () => {
    keys.issuer.behaviour = json({}, 500);
    for (let look = 0; look < 20; look += 1) {
      keys.subject.state();
      await settle(5);
    }
    expect(keys.requests).toBe(1);
  });
});

describe('a key set whose application ends', () => {
  it('ends its download, and begins no other', async () => {
    keys.issuer.behaviour = () => undefined;
    const pending = keys.count();
    await settle();
    await keys.subject.close();
    await expect(pending).rejects.toThrow(AuthUnavailable);
    expect(keys.events).toEqual([]);
    keys.now += MINUTE;
    await expect(keys.count()).rejects.toThrow(AuthUnavailable);
    expect(keys.requests).toBe(1);
  });
});
