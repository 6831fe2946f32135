import type { ApiKeyChange } from '../../lib/stores/api-key-store.js';
import { MemoryApiKeyStore } from '../../lib/stores/memory-api-key-store.js';
import { describeApiKeyStore } from './api-key-store-contract.js';

describeApiKeyStore('MemoryApiKeyStore', () => new MemoryApiKeyStore());

describe('MemoryApiKeyStore', () => {
  const record = { id: 'a', hash: 'h', subject: 'ann', roles: ['a'], claims: { deep: { x: 1 } } };

  it('gives records that nobody can change', () => {
    const store = new MemoryApiKeyStore();
    store.insert({ ...record, expiresAt: new Date(5000) });
    const found = store.find('a');
    expect(found?.expiresAt).toBe(5);
    for (const each of [found, found?.roles, found?.claims, found?.claims?.['deep']]) {
      expect(Object.isFrozen(each)).toBe(true);
    }
  });

  it('changes nothing but what may change', () => {
    const store = new MemoryApiKeyStore();
    store.insert(record);
    store.update('a', { hash: 'other', subject: 'bob', lastUsedAt: 1 } as ApiKeyChange);
    expect(store.find('a')).toEqual({ ...record, lastUsedAt: 1 });
  });

  it('keeps a date that is none as one, and not as no date', () => {
    const store = new MemoryApiKeyStore();
    store.insert({ ...record, expiresAt: new Date(Number.NaN) });
    expect(store.find('a')?.expiresAt).toBeNaN();
  });
});
