import type { ApiKeyRecord } from '../../lib/stores/api-key-store.js';
import { RedisApiKeyStore, StoreUnavailable } from '../../lib/stores/redis/index.js';
import { describeApiKeyStore } from './api-key-store-contract.js';
import { describeWithRedis, REDIS_LIBRARIES, type ConnectedRedis } from '../services/redis.js';

const HASH = 'a'.repeat(64);

describeWithRedis.each(Object.entries(REDIS_LIBRARIES))(
  'RedisApiKeyStore through %s',
  (_, connect) => {
    let redis: ConnectedRedis;
    let subject: RedisApiKeyStore;
    let id: string;
    let made = 0;

    beforeAll(async () => {
      redis = await connect();
    });

    afterAll(() => redis.close());

    beforeEach(() => {
      subject = new RedisApiKeyStore(redis.client, { keyPrefix: redis.keyPrefix });
      made += 1;
      id = `key-${made}`;
    });

    describeApiKeyStore('Redis', () => {
      made += 1;
      const keyPrefix = `${redis.keyPrefix}${made}:`;
      return new RedisApiKeyStore(redis.client, { keyPrefix });
    });

    const record = (more: Partial<ApiKeyRecord> = {}): ApiKeyRecord => ({
      id,
      hash: HASH,
      subject: 'partner',
      ...more,
    });

    it('gives back what was inserted, dates as seconds', async () => {
      const full = record({
        name: 'größe',
        organizationId: 'org',
        roles: ['a'],
        permissions: [],
        scopes: ['x y'],
        claims: { nested: { deep: [1, null] } },
        allowedAddresses: ['2001:db8::/32'],
        createdAt: new Date(1_700_000_000_500),
        expiresAt: 1_800_000_000,
        revokedAt: new Date(1_750_000_000_000),
      });
      await subject.insert(full);
      expect(await subject.find(id)).toEqual({
        ...full,
        createdAt: 1_700_000_000.5,
        revokedAt: 1_750_000_000,
      });
    });

    it('finds nothing where nothing was inserted', async () => {
      expect(await subject.find(id)).toBeUndefined();
      expect(await subject.update(id, { revokedAt: 1 })).toBe(false);
      expect(await subject.find(id)).toBeUndefined();
    });

    it('inserts one of a hundred of the same id', async () => {
      const insertions = await Promise.allSettled(
        Array.from({ length: 100 }, (_, index) => subject.insert(record({ subject: `s${index}` }))),
      );
      const inserted = insertions.findIndex(({ status }) => status === 'fulfilled');
      expect(insertions.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await subject.find(id)).toMatchObject({ subject: `s${inserted}` });
    });

    it('changes what is named, and nothing else, however many change it at once', async () => {
      await subject.insert(record({ expiresAt: 10 }));
      await Promise.all([
        subject.update(id, { lastUsedAt: 20 }),
        subject.update(id, { revokedAt: new Date(30_000), expiresAt: undefined }),
      ]);
      expect(await subject.find(id)).toEqual(
        record({ expiresAt: 10, lastUsedAt: 20, revokedAt: 30 }),
      );
      expect(await subject.update(id, { expiresAt: null })).toBe(true);
      expect(await subject.update(id, {})).toBe(true);
      expect(await subject.find(id)).toEqual(record({ lastUsedAt: 20, revokedAt: 30 }));
    });

    it('refuses what is no date, and writes nothing', async () => {
      await expect(subject.insert(record({ expiresAt: new Date(Number.NaN) }))).rejects.toThrow(
        TypeError,
      );
      await subject.insert(record());
      await expect(subject.update(id, { revokedAt: Number.NaN })).rejects.toThrow(TypeError);
      expect(await subject.find(id)).toEqual(record());
    });

    it.each([
      ['no JSON', ['record', '{']],
      ['the record of another', ['record', JSON.stringify({ id: 'other', hash: HASH })]],
      ['no record', ['revokedAt', '1']],
    ])('throws where there is %s', async (_, fields) => {
      await redis.command('HSET', `${redis.keyPrefix}api-key:${id}`, ...fields);
      await expect(subject.find(id)).rejects.toThrow(StoreUnavailable);
    });

    it('takes a date that it cannot read for one that refuses', async () => {
      await subject.insert(record());
      await redis.command('HSET', `${redis.keyPrefix}api-key:${id}`, 'revokedAt', 'soon');
      expect((await subject.find(id))?.revokedAt).toBeNaN();
    });
  },
);
