import { inspect } from 'node:util';
import { randomUUID } from 'node:crypto';
import { AuthConfigurationError } from '../../lib/core/auth-configuration-error.js';
import { RedisStore, StoreUnavailable, type RedisClient } from '../../lib/stores/redis/index.js';
import { describeWithRedis, REDIS_LIBRARIES, type ConnectedRedis } from '../services/redis.js';
import { OwnRedis } from '../services/own-redis.js';
import { keyValueStoreContract } from './key-value-store-contract.js';

describe.each(Object.entries(REDIS_LIBRARIES))('RedisStore through %s', (_, connect) => {
  describeWithRedis('with Redis', () => {
    let redis: ConnectedRedis;
    const fresh = (): RedisStore =>
      new RedisStore(redis.client, { keyPrefix: `${redis.keyPrefix}${randomUUID()}:` });

    beforeAll(async () => {
      redis = await connect();
    });

    afterAll(() => redis.close());

    keyValueStoreContract(fresh);

    it('is shared by stores of one prefix, and by no others', async () => {
      const { client, keyPrefix } = redis;
      await new RedisStore(client, { keyPrefix }).set('a', '1', 60);
      expect(await new RedisStore(client, { keyPrefix }).get('a')).toBe('1');
      expect(await fresh().get('a')).toBeUndefined();
    });

    it('says what Redis complains of in a word, and quotes neither key nor value', async () => {
      const { client, keyPrefix } = redis;
      await redis.command('LPUSH', `${keyPrefix}kv:secret-key`, 'x');
      const subject = new RedisStore(client, { keyPrefix });
      const failure = await subject.get('secret-key').catch((thrown: unknown) => thrown);
      expect(failure).toBeInstanceOf(StoreUnavailable);
      expect(failure).toMatchObject({ code: 'WRONGTYPE', message: 'The store is unavailable' });
      expect(inspect(failure, { depth: 9 })).not.toContain('secret-key');
    });
  });

  describeWithRedis('while Redis comes and goes', () => {
    it('throws in time while it is away, and works again when it is back', async () => {
      const server = await OwnRedis.start();
      const redis = await connect(server.url);
      try {
        const subject = new RedisStore(redis.client, { timeoutSeconds: 0.3 });
        await subject.set('a', '1', 60);
        await server.stop();
        const began = performance.now();
        const asked = [subject.get('a'), subject.getAll(['a', 'b']), subject.increment('c', 60)];
        for (const each of asked) await expect(each).rejects.toThrow(StoreUnavailable);
        expect(performance.now() - began).toBeLessThan(1000);
        await server.resume();
        await untilAnswered(subject);
        await subject.set('a', '2', 60);
        expect(await subject.get('a')).toBe('2');
      } finally {
        await server.close();
        redis.hangUp();
      }
    });
  });
});

async function untilAnswered(subject: RedisStore): Promise<void> {
  const deadline = performance.now() + 5000;
  for (;;) {
    try {
      await subject.get('a');
      return;
    } catch (failure) {
      if (performance.now() > deadline) throw failure;
    }
  }
}

describe('RedisStore', () => {
  const silent: RedisClient = { call: () => new Promise(() => undefined) };
  const answering = (reply: unknown): RedisStore =>
    new RedisStore({ sendCommand: () => Promise.resolve(reply) });

  it.each<unknown>([undefined, null, {}, 'redis://localhost'])('refuses %p', (none) => {
    expect(() => new RedisStore(none as RedisClient)).toThrow(AuthConfigurationError);
  });

  it.each([0, -1, Number.NaN, Infinity])('refuses to wait %p seconds', (timeoutSeconds) => {
    expect(() => new RedisStore(silent, { timeoutSeconds })).toThrow(AuthConfigurationError);
  });

  it('waits no longer than it is told', async () => {
    const subject = new RedisStore(silent, { timeoutSeconds: 0.05 });
    await expect(subject.get('a')).rejects.toMatchObject({ code: 'timeout' });
  });

  it('takes back what node-redis holds back', async () => {
    const signals: AbortSignal[] = [];
    const client: RedisClient = {
      sendCommand: (_: string[], options: object = {}) => {
        signals.push((options as { abortSignal: AbortSignal }).abortSignal);
        return new Promise(() => undefined);
      },
    };
    const subject = new RedisStore(client, { timeoutSeconds: 0.05 });
    await expect(subject.getAll(['a', 'b'])).rejects.toThrow(StoreUnavailable);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });

  it('tells a cluster of node-redis which key it is about', async () => {
    const keys: unknown[] = [];
    const client: RedisClient = {
      masters: [],
      sendCommand: (key: string | undefined, isReadonly: boolean | undefined) => {
        keys.push([key, isReadonly]);
        return Promise.resolve(null);
      },
    };
    await new RedisStore(client, { keyPrefix: '' }).getAll(['a', 'b']);
    expect(keys).toEqual([
      ['kv:a', false],
      ['kv:b', false],
    ]);
  });

  it('reads bytes, and counts that come as texts', async () => {
    expect(await answering(Buffer.from('größe')).get('a')).toBe('größe');
    expect(await answering('7').increment('a', 1)).toBe(7);
  });

  it.each<unknown>([{}, 7, true, ['a']])('takes no %p for a text', async (reply) => {
    await expect(answering(reply).get('a')).rejects.toMatchObject({ code: 'reply' });
  });

  it.each<unknown>([null, '', 'OK', 1.5, {}])('takes no %p for a count', async (reply) => {
    await expect(answering(reply).increment('a', 1)).rejects.toMatchObject({ code: 'reply' });
  });
});
