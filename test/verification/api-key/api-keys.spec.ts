import { inspect } from 'node:util';
import { AuthConfigurationError } from '../../../lib/core/auth-configuration-error.js';
import { Credential } from '../../../lib/core/credential.js';
import { MemoryApiKeyStore } from '../../../lib/stores/memory-api-key-store.js';
import { ApiKeyVerifier } from '../../../lib/verification/api-key/api-key-verifier.js';
import { ApiKeys, type ApiKeyRotation } from '../../../lib/verification/api-key/api-keys.js';

const START = 1_700_000_000;
const PEPPER = 'a pepper of thirty-two bytes, or more';

describe('ApiKeys', () => {
  let now: number;
  let store: MemoryApiKeyStore;
  let keys: ApiKeys;
  const clock = (): number => now * 1000;

  beforeEach(() => {
    now = START;
    store = new MemoryApiKeyStore();
    keys = new ApiKeys({ prefix: 'acme', pepper: PEPPER, store, clock });
  });

  async function verdict(key: string): Promise<string> {
    const verifier = new ApiKeyVerifier({
      kind: 'apiKey',
      prefix: keys.prefix,
      pepper: keys.pepper,
      find: (id) => keys.find(id),
      clock,
      timeoutMs: 100,
      asked: 'credentials[0].keys',
      scheme: 'ApiKey',
    });
    try {
      const { claims } = await verifier.verify(new Credential('header', key));
      return String(claims['sub']);
    } catch (error) {
      return (error as { reason: string }).reason;
    }
  }

  const attributes = {
    subject: 'ann',
    name: 'export',
    organizationId: 'org-1',
    roles: ['admin'],
    permissions: ['orders:read'],
    scopes: ['orders'],
    claims: { plan: 'gold' },
    allowedAddresses: ['203.0.113.0/24'],
  };

  it('makes keys that enter, and keeps no key', async () => {
    const { key, record } = await keys.create({ ...attributes, expiresInSeconds: 60 });
    expect(record).toMatchObject({ ...attributes, expiresAt: new Date((START + 60) * 1000) });
    expect(store.find(record.id)).toMatchObject({ ...attributes, createdAt: START });
    expect(JSON.stringify(store.find(record.id))).not.toContain(key.slice(-72));
    expect(await verdict(key)).toBe('ann');
    now += 60;
    expect(await verdict(key)).toBe('api_key_expired');
  });

  it('shows the key where it is asked for, and in no log', async () => {
    const issued = await keys.create({ subject: 'ann' });
    expect(inspect({ issued }) + String(issued) + inspect(keys)).not.toContain(issued.key);
    expect(inspect(keys)).not.toContain(PEPPER);
    expect(JSON.stringify(issued)).toContain(issued.key);
  });

  it('keeps nothing that is no attribute', async () => {
    const more = { id: 'mine', hash: 'mine', revokedAt: 1, isAdmin: true };
    const { record } = await keys.create({ subject: 'ann', ...more });
    expect(record.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(record).not.toHaveProperty('isAdmin');
    expect(record.revokedAt).toBeUndefined();
  });

  it.each<[object]>([
    [{ subject: '' }],
    [{ subject: undefined }],
    [{ subject: 7 }],
    [{ name: 7 }],
    [{ organizationId: '' }],
    [{ roles: 'admin' }],
    [{ permissions: [''] }],
    [{ scopes: [undefined] }],
    [{ claims: ['gold'] }],
    [{ claims: 'gold' }],
    [{ claims: { big: 1n } }],
    [{ allowedAddresses: [] }],
    [{ allowedAddresses: ['203.0.113.*'] }],
    [{ allowedAddresses: '203.0.113.7' }],
    [{ expiresAt: START + 1, expiresInSeconds: 1 }],
  ])('makes no key of %p', async (wrong) => {
    const create = keys.create({ subject: 'ann', ...wrong });
    await expect(create).rejects.toThrow(TypeError);
  });

  it.each<[object]>([
    [{ expiresAt: START }],
    [{ expiresAt: new Date(Number.NaN) }],
    [{ expiresAt: 'never' }],
    [{ expiresAt: Infinity }],
    [{ expiresInSeconds: 0 }],
    [{ expiresInSeconds: -1 }],
    [{ expiresInSeconds: '60' }],
    [{ expiresInSeconds: Infinity }],
  ])('makes no key that ends by %p', async (wrong) => {
    const create = keys.create({ subject: 'ann', ...wrong });
    await expect(create).rejects.toThrow(
      new RangeError(
        'An API key expires at a time that is yet to come, in seconds where it is a number',
      ),
    );
  });

  it('revokes, and says whether there was anything to revoke', async () => {
    const { key, record } = await keys.create({ subject: 'ann' });
    expect(await keys.revoke(record.id)).toBe(true);
    expect(await verdict(key)).toBe('api_key_revoked');
    expect(await keys.revoke('0000000000000000')).toBe(false);
  });

  it('writes down that a key was used', async () => {
    const { record } = await keys.create({ subject: 'ann' });
    expect(await keys.markUsed(record.id, new Date(5000))).toBe(true);
    expect(store.find(record.id)?.lastUsedAt).toBe(5);
  });

  it('refuses prefixes and peppers that are none', () => {
    expect(() => new ApiKeys({ prefix: 'A', store })).toThrow(AuthConfigurationError);
    expect(() => new ApiKeys({ prefix: 'a', pepper: 'short', store })).toThrow(/^ApiKeys\.pepper/);
  });

  describe('rotates', () => {
    it('to a successor with the same attributes, while both hold', async () => {
      const old = await keys.create({ ...attributes, expiresInSeconds: 1000 });
      now += 10;
      const next = await keys.rotate(old.record.id, { overlapSeconds: 60 });
      expect(next.record).toMatchObject({ ...attributes, createdAt: new Date(now * 1000) });
      expect(store.find(next.record.id)?.expiresAt).toBe(START + 1000);
      expect([await verdict(old.key), await verdict(next.key)]).toEqual(['ann', 'ann']);
      now += 60;
      expect([await verdict(old.key), await verdict(next.key)]).toEqual(['api_key_expired', 'ann']);
    });

    it('and ends the old key at once, or when it would have ended anyway', async () => {
      const old = await keys.create({ subject: 'ann', expiresInSeconds: 30 });
      await keys.rotate(old.record.id, { overlapSeconds: 60 });
      expect(store.find(old.record.id)?.expiresAt).toBe(START + 30);
      await keys.rotate(old.record.id, { overlapSeconds: 0 });
      expect(await verdict(old.key)).toBe('api_key_expired');
    });

    it.each<[Partial<ApiKeyRotation>, number | undefined]>([
      [{ expiresInSeconds: 500 }, START + 500],
      [{ expiresAt: START + 7 }, START + 7],
      [{ expiresAt: null }, undefined],
      [{}, START + 30],
    ])('to a successor that ends by %p', async (end, expected) => {
      const old = await keys.create({ subject: 'ann', expiresInSeconds: 30 });
      const { record } = await keys.rotate(old.record.id, { overlapSeconds: 0, ...end });
      expect(store.find(record.id)?.expiresAt).toBe(expected);
    });

    it('no key that is unknown, revoked or expired', async () => {
      const none = new RangeError('There is no API key of that id that could be rotated');
      const revoked = await keys.create({ subject: 'ann' });
      const expired = await keys.create({ subject: 'ann', expiresInSeconds: 1 });
      await keys.revoke(revoked.record.id);
      now += 1;
      for (const id of [revoked.record.id, expired.record.id, '0000000000000000']) {
        await expect(keys.rotate(id, { overlapSeconds: 60 })).rejects.toThrow(none);
      }
    });

    it.each<unknown>([-1, Number.NaN, Infinity, '60', undefined])(
      'with no overlap of %p seconds',
      async (overlapSeconds) => {
        const { record } = await keys.create({ subject: 'ann' });
        const rotate = keys.rotate(record.id, { overlapSeconds: overlapSeconds as number });
        await expect(rotate).rejects.toThrow(RangeError);
      },
    );

    it('no key that is revoked meanwhile, and leaves no successor that holds', async () => {
      const inserted: string[] = [];
      class Slow extends MemoryApiKeyStore {
        override insert(record: Parameters<MemoryApiKeyStore['insert']>[0]): void {
          super.insert(record);
          if (inserted.length === 1) this.update(inserted[0] ?? '', { revokedAt: now });
          inserted.push(record.id);
        }
      }
      store = new Slow();
      keys = new ApiKeys({ prefix: 'acme', store, clock });
      const { record } = await keys.create({ subject: 'ann' });
      await expect(keys.rotate(record.id, { overlapSeconds: 60 })).rejects.toThrow(RangeError);
      expect(store.find(inserted[1] ?? '')?.revokedAt).toBe(START);
    });
  });
});
