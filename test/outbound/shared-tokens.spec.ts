import type { KeyValueStore } from '../../lib/stores/key-value-store.js';
import { MemoryKeyValueStore } from '../../lib/stores/memory-key-value-store.js';
import { RedisStore } from '../../lib/stores/redis/index.js';
import { describeWithRedis, REDIS_LIBRARIES, type ConnectedRedis } from '../services/redis.js';
import { granted, Instances, of, value, values } from './instances.js';
import { answer, tokens } from './token-server.js';

describe('tokens that instances share', () => {
  let instances: Instances;

  beforeEach(async () => {
    instances = await Instances.start();
  });

  afterEach(() => instances.close());

  it('asks once for 50 instances that begin together, and once when it expired', async () => {
    const all = instances.fifty();
    expect(await values(all)).toEqual(['token-1']);
    expect(instances.server.asked).toHaveLength(1);
    instances.now += 601_000;
    expect(await values(all)).toEqual(['token-2']);
    expect(instances.server.asked).toHaveLength(2);
    expect(await values(instances.fifty())).toEqual(['token-2']);
    expect(instances.server.asked).toHaveLength(2);
    expect(instances.told).toEqual([]);
  });

  it('asks once for 50 instances that renew it, and nobody waits', async () => {
    const all = instances.fifty();
    await values(all);
    instances.now += 600_000 * 0.81;
    expect(await values(all)).toEqual(['token-1']);
    let held = await values(all);
    for (let wait = 0; wait < 200 && held.join() !== 'token-2'; wait += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      held = await values(all);
    }
    expect(held).toEqual(['token-2']);
    expect(instances.server.asked).toHaveLength(2);
  });

  it('knows of a token from the store how long it lives yet, and what it is good for', async () => {
    instances.server.behaviour = tokens({ scope: 'read', expires_in: 100 });
    await value(instances.one());
    instances.now += 60_000;
    const taken = await granted(instances.one());
    expect(taken).toMatchObject({ scopes: ['read'], lifetimeSeconds: 40, ageSeconds: 60 });
    instances.now += 34_000;
    expect(await value(instances.one())).toBe('token-1');
    // Too little of its life is left.
    instances.now += 1500;
    expect(await value(instances.one())).toBe('token-2');
  });

  it('takes one that was not accepted from the store no more', async () => {
    const [first, second] = [instances.one(), instances.one()];
    const refused = await granted(first);
    const same = await granted(second);
    expect(of(first).reject(refused)).toBe(false);
    instances.now += 11_000;
    expect(of(first).reject(refused)).toBe(true);
    expect(of(second).reject(same)).toBe(true);
    expect(await values([first, second])).toEqual(['token-2']);
    expect(instances.server.asked).toHaveLength(2);
    // However lately it was taken, its age is what counts.
    instances.now += 11_000;
    const third = instances.one();
    expect(of(third).reject(await granted(third))).toBe(true);
    expect(await value(third)).toBe('token-3');
    expect(of(third).reject(await granted(third))).toBe(false);
  });

  it('takes no older one than was refused, whoever puts it back', async () => {
    instances.server.behaviour = tokens({ expires_in: 3600 });
    const one = instances.one();
    const first = await granted(one);
    const [name, sealed] = instances.store.entry;
    instances.now += 20_000;
    expect(of(one).reject(first)).toBe(true);
    const second = await granted(one);
    expect(second.token.reveal()).toBe('token-2');
    instances.now += 20_000;
    expect(of(one).reject(second)).toBe(true);
    instances.store.set(name, sealed, 3600);
    expect(await value(one)).toBe('token-3');
  });

  it('shares one that hardly lives, too', async () => {
    instances.server.behaviour = tokens({ expires_in: 0.5 });
    expect(await values([instances.one(), instances.one()])).toEqual(['token-1']);
    expect(instances.told).toEqual([]);
  });

  it('opens nothing that was put elsewhere, cut, or is endless', async () => {
    await value(instances.one({ purpose: { scope: 'a' } }));
    const [, sealed] = instances.store.entry;
    await value(instances.one({ purpose: { scope: 'b' } }));
    for (const text of [sealed, '', 'x'.repeat(100_000), sealed.slice(0, -2), '__proto__']) {
      for (const name of instances.store.written.keys()) instances.store.set(name, text, 3600);
      const asked = instances.server.asked.length;
      await value(instances.one({ purpose: { scope: 'b' } }));
      expect(instances.server.asked).toHaveLength(asked + 1);
    }
  });

  describe('where the store fails', () => {
    const broken = (failure: () => Promise<never>): KeyValueStore => ({
      get: failure,
      getAll: failure,
      set: failure,
      setIfAbsent: failure,
      getAndDelete: failure,
      increment: failure,
      delete: failure,
    });
    const refusing = broken(() =>
      Promise.reject(Object.assign(new Error('at 10.0.0.1'), { code: 'ECONNREFUSED' })),
    );
    const silent = broken(() => new Promise<never>(() => undefined));

    it.each([
      ['refuses', refusing, 'billing read ECONNREFUSED'],
      ['is silent', silent, 'billing read timeout'],
    ])('asks by itself where it %s, and tells it once', async (_, given, line) => {
      const billing = instances.one({ store: given });
      expect(await value(billing)).toBe('token-1');
      instances.now += 601_000;
      expect(await value(billing)).toBe('token-2');
      expect(instances.told).toEqual([line]);
    });

    it('asks by itself where it is full, or takes no more', async () => {
      const full = new MemoryKeyValueStore({ maxEntries: 1, clock: () => instances.now });
      full.set('other', 'x', 60_000);
      const billing = instances.one({ store: full });
      expect(await value(billing)).toBe('token-1');
      expect(instances.told).toEqual(['billing write full']);
      full.delete('other');
      // Room for the lock, and none for the token.
      expect(await value(instances.one({ store: full }))).toBe('token-2');
      expect(instances.told).toHaveLength(2);
    });

    it('shares again as soon as it is back', async () => {
      let given: KeyValueStore = refusing;
      const changing: KeyValueStore = {
        ...refusing,
        get: (key) => given.get(key),
        set: (key, text, seconds) => given.set(key, text, seconds),
        setIfAbsent: (key, text, seconds) => given.setIfAbsent(key, text, seconds),
        delete: (key) => given.delete(key),
      };
      const all = [instances.one({ store: changing }), instances.one({ store: changing })];
      expect(await values(all)).toHaveLength(2);
      given = instances.store;
      instances.now += 601_000;
      expect(await values(all)).toEqual(['token-3']);
      given = refusing;
      instances.now += 601_000;
      expect(await values(all)).toHaveLength(2);
      expect(instances.told).toHaveLength(4);
    });
  });

  it('waits for one that died no longer than an answer may take', async () => {
    await value(instances.one());
    const lock = `${instances.store.entry[0]}:lock`;
    instances.now += 601_000;
    instances.store.setIfAbsent(lock, '1', 60);
    expect(await value(instances.one({ timeoutMs: 150 }))).toBe('token-2');
    // Its lock is not ours to take away.
    expect(instances.store.get(lock)).toBe('1');
    expect(await value(instances.one())).toBe('token-2');
  });

  it('waits no more when it is told to end', async () => {
    await value(instances.one());
    instances.now += 601_000;
    instances.store.setIfAbsent(`${instances.store.entry[0]}:lock`, '1', 60);
    const billing = instances.one({ timeoutMs: 60_000 });
    const waiting = value(billing);
    billing.close();
    await expect(waiting).rejects.toMatchObject({ reason: 'token_endpoint_unavailable' });
  });

  it('asks no more often than each by itself where no token is granted, and once when one is', async () => {
    instances.server.behaviour = answer(400, '{"error":"invalid_client"}');
    const all = Array.from({ length: 5 }, () => instances.one());
    for (let round = 0; round < 3; round += 1) {
      const settled = await Promise.allSettled(all.map(value));
      expect(new Set(settled.map(({ status }) => status))).toEqual(new Set(['rejected']));
    }
    expect(instances.server.asked).toHaveLength(all.length);
    instances.server.behaviour = tokens();
    instances.now += 31_000;
    expect(await values(all)).toEqual(['token-1']);
    expect(instances.server.asked).toHaveLength(all.length + 1);
  });

  describeWithRedis('in Redis', () => {
    const connected: ConnectedRedis[] = [];

    afterAll(async () => {
      for (const each of connected) await each.close();
    });

    it('asks once for instances on whichever client', async () => {
      for (const connect of Object.values(REDIS_LIBRARIES)) connected.push(await connect());
      const keyPrefix = connected[0]?.keyPrefix;
      const stores = connected.map(({ client }) => new RedisStore(client, { keyPrefix }));
      const all = Array.from({ length: 10 }, (_, index) => {
        const given = stores[index % stores.length];
        return instances.one(given ? { store: given } : {});
      });
      expect(stores).toHaveLength(2);
      // Loading and compiling is over before time counts.
      await Promise.all(stores.map((each) => each.get('nothing')));
      await value(instances.one({ purpose: { scope: 'other' } }));
      instances.server.asked.length = 0;
      expect(await values(all)).toEqual(['token-2']);
      expect(instances.server.asked).toHaveLength(1);
      instances.now += 601_000;
      expect(await values(all)).toEqual(['token-3']);
      expect(instances.server.asked).toHaveLength(2);
      const names = (await connected[0]?.command('KEYS', `${keyPrefix ?? ''}*`)) as string[];
      expect(names).toEqual([expect.stringMatching(/:kv:service-token:[\w-]{43}$/)]);
      const ttl = (await connected[0]?.command('PTTL', names[0] ?? '')) as number;
      expect(ttl).toBeGreaterThan(590_000);
      expect(ttl).toBeLessThanOrEqual(600_000);
      expect(instances.told).toEqual([]);
    });
  });
});
