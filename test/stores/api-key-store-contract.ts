import type { ApiKeyRecord, ApiKeyStore } from '../../lib/stores/api-key-store.js';
import type { MaybePromise } from '../../lib/core/maybe-promise.js';

const MINIMAL = { id: '0123456789abcdef', hash: 'ab'.repeat(32), subject: 'ann' };
const FULL = {
  ...MINIMAL,
  name: 'the key of Ann',
  organizationId: 'org-1',
  roles: ['admin', 'billing'],
  permissions: ['orders:read'],
  scopes: [],
  claims: { plan: 'gold', limits: { orders: 10 } },
  allowedAddresses: ['203.0.113.7', '2001:db8::/32'],
  createdAt: 1_700_000_000,
  expiresAt: 1_800_000_000.5,
};

/** A store may give dates back as dates or as seconds, and leave out what is not there. */
function comparable(record: ApiKeyRecord | null | undefined): Record<string, unknown> | undefined {
  if (!record) return;
  const present = Object.entries(record).filter(
    ([, value]) => value !== undefined && value !== null,
  );
  return Object.fromEntries(
    present.map(([name, value]: [string, unknown]) => [
      name,
      value instanceof Date ? value.getTime() / 1000 : value,
    ]),
  );
}

/**
 * What every store of API keys has to do.
 *
 * @param make Gives an empty store, before each test.
 */
export function describeApiKeyStore(name: string, make: () => MaybePromise<ApiKeyStore>): void {
  describe(`${name}, as a store of API keys`, () => {
    let store: ApiKeyStore;
    const found = async (id: string): Promise<unknown> => comparable(await store.find(id));

    beforeEach(async () => {
      store = await make();
    });

    it('finds what was inserted, through and through', async () => {
      await store.insert(FULL);
      expect(await found(FULL.id)).toEqual(FULL);
    });

    it('finds a record of the fewest members, and makes up no others', async () => {
      await store.insert(MINIMAL);
      expect(await found(MINIMAL.id)).toEqual(MINIMAL);
    });

    it('takes what is absent for absent, whether it is null or undefined', async () => {
      const absent = { name: null, roles: null, claims: undefined, expiresAt: null };
      await store.insert({ ...MINIMAL, ...absent, revokedAt: undefined });
      expect(await found(MINIMAL.id)).toEqual(MINIMAL);
    });

    it('takes dates as well as seconds', async () => {
      await store.insert({ ...MINIMAL, expiresAt: new Date(1_800_000_000_500) });
      expect(await found(MINIMAL.id)).toEqual({ ...MINIMAL, expiresAt: 1_800_000_000.5 });
    });

    it.each([
      'unknown',
      '',
      MINIMAL.id.toUpperCase(),
      `${MINIMAL.id} `,
      '__proto__',
      'constructor',
    ])('finds nothing under %p', async (id) => {
      await store.insert(MINIMAL);
      expect(await found(id)).toBeUndefined();
      expect(await store.update(id, { revokedAt: 1 })).toBe(false);
      expect(await found(id)).toBeUndefined();
    });

    it('tells keys apart whose ids begin alike', async () => {
      const other = { ...MINIMAL, id: '0123456789abcdee', subject: 'bob' };
      await store.insert(MINIMAL);
      await store.insert(other);
      await store.update(other.id, { revokedAt: 5 });
      expect([await found(MINIMAL.id), await found(other.id)]).toEqual([
        MINIMAL,
        { ...other, revokedAt: 5 },
      ]);
    });

    it('refuses a second record of the same id, and keeps the first', async () => {
      await store.insert(MINIMAL);
      const again = async (): Promise<void> => store.insert({ ...MINIMAL, subject: 'bob' });
      await expect(again()).rejects.toThrow();
      expect(await found(MINIMAL.id)).toEqual(MINIMAL);
    });

    it('lets one of several insert the same id at once', async () => {
      const insert = async (subject: string): Promise<void> =>
        store.insert({ ...MINIMAL, subject });
      const outcomes = await Promise.allSettled(['ann', 'bob', 'cid'].map(insert));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    it('changes what is named, and nothing else', async () => {
      await store.insert(FULL);
      expect(await store.update(FULL.id, { lastUsedAt: new Date(7000) })).toBe(true);
      expect(await found(FULL.id)).toEqual({ ...FULL, lastUsedAt: 7 });
      await store.update(FULL.id, { expiresAt: 8, revokedAt: 9 });
      expect(await found(FULL.id)).toEqual({ ...FULL, expiresAt: 8, revokedAt: 9, lastUsedAt: 7 });
    });

    it('does not take undefined for a name, so that nothing is unrevoked by accident', async () => {
      await store.insert(MINIMAL);
      await store.update(MINIMAL.id, { revokedAt: 9 });
      await store.update(MINIMAL.id, { revokedAt: undefined, lastUsedAt: 7 });
      expect(await found(MINIMAL.id)).toEqual({ ...MINIMAL, revokedAt: 9, lastUsedAt: 7 });
    });

    it('takes away what is changed to null', async () => {
      await store.insert(FULL);
      expect(await store.update(FULL.id, { expiresAt: null })).toBe(true);
      expect(await found(FULL.id)).not.toHaveProperty('expiresAt');
    });

    it('counts both of two changes that are made at once', async () => {
      await store.insert(MINIMAL);
      const changes = [{ revokedAt: 1 }, { lastUsedAt: 2 }, { expiresAt: 3 }];
      await Promise.all(changes.map(async (change) => store.update(MINIMAL.id, change)));
      const all = { revokedAt: 1, lastUsedAt: 2, expiresAt: 3 };
      expect(await found(MINIMAL.id)).toEqual({ ...MINIMAL, ...all });
    });

    it('keeps its own copy', async () => {
      const given = { ...MINIMAL, roles: ['a'], claims: { deep: { plan: 'gold' } } };
      await store.insert(given);
      given.roles.push('admin');
      given.claims.deep.plan = 'platinum';
      const expected = { ...MINIMAL, roles: ['a'], claims: { deep: { plan: 'gold' } } };
      expect(await found(MINIMAL.id)).toEqual(expected);
    });
  });
}
