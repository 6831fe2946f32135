import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { Concealed } from '../../lib/core/concealed.js';
import { clientOf, Instances, value, values, type More } from './instances.js';
import { tokens } from './token-server.js';

describe('what instances that share tokens store', () => {
  let instances: Instances;

  beforeEach(async () => {
    instances = await Instances.start();
  });

  afterEach(() => instances.close());

  it('stores nothing that tells a token, or whose it is and for what', async () => {
    const purpose = { scope: 'invoices:read', audience: 'api://billing' };
    instances.server.behaviour = tokens({ access_token: 'a-secret-token' });
    await value(instances.one({ purpose }));
    const { entry } = instances.store;
    const written = entry.join();
    for (const text of ['a-secret-token', 's3cret', 'shop', 'invoices', 'billing', '127.0.0.1']) {
      expect(written).not.toContain(text);
      expect(Buffer.from(entry[1], 'base64url').toString()).not.toContain(text);
    }
    expect(entry[0]).toMatch(/^service-token:[\w-]{43}$/);
  });

  it('shares with nobody who is another client, or asks elsewhere or for something else', async () => {
    const elsewhere = new URL('?x', instances.server.url);
    const others: readonly More[] = [
      {},
      { client: clientOf('other') },
      { client: clientOf('s3cret', 'other') },
      { issuer: 'https://other.test' },
      { endpoint: elsewhere },
      { purpose: { scope: 'a' } },
      { purpose: { audience: 'a' } },
      { purpose: { resource: 'a' } },
    ];
    const all = await values(others.map(instances.one));
    expect(all).toHaveLength(others.length);
    expect(await values(others.map(instances.one))).toEqual(all);
    // How the client says who it is makes no other client of it.
    expect(await value(instances.one({ client: clientOf('s3cret') }))).toBe(all[0]);
    expect(instances.server.asked).toHaveLength(others.length);
  });

  it('shares among those who sign with the same key', async () => {
    const [key, other] = ['P-256', 'P-256'].map(
      (namedCurve) => generateKeyPairSync('ec', { namedCurve }).privateKey,
    );
    if (!key || !other) throw new Error('There is no key');
    const spelt = createPrivateKey(key.export({ type: 'sec1', format: 'pem' }));
    const all = [key, spelt, other].map((each) => {
      const signing = { key: new Concealed(each), algorithm: 'ES256', keyId: undefined };
      return instances.one({ client: { id: 'shop', method: 'private_key_jwt', ...signing } });
    });
    const [first, second, third] = await Promise.all(all.map(value));
    expect(second).toBe(first);
    expect(third).not.toBe(first);
    expect(instances.server.asked).toHaveLength(2);
  });

  it.each<[string, (sealed: string) => string]>([
    ['is nothing', () => ''],
    ['is no token', () => 'eyJhbGciOiJub25lIn0.e30.'],
    ['was cut', (sealed) => sealed.slice(0, -1)],
    [
      'was changed',
      (sealed) => sealed.replace(/.(?=[^.]*\.[^.]*$)/, (c) => (c === 'A' ? 'B' : 'A')),
    ],
    ['is far too long', (sealed) => sealed + 'A'.repeat(100_000)],
  ])('makes nothing of what %s', async (_, change) => {
    await value(instances.one());
    const [name, sealed] = instances.store.entry;
    instances.store.set(name, change(sealed), 600);
    expect(await value(instances.one())).toBe('token-2');
    expect(await value(instances.one())).toBe('token-2');
    expect(instances.told).toEqual([]);
  });

  it('makes nothing of what was stored for something else', async () => {
    await value(instances.one({ purpose: { scope: 'admin' } }));
    const [, admin] = instances.store.entry;
    instances.store.written.clear();
    await value(instances.one());
    instances.store.set(instances.store.entry[0], admin, 600);
    expect(await value(instances.one())).toBe('token-3');
    instances.store.written.clear();
    await value(instances.one({ client: clientOf('other') }));
    const [, others] = instances.store.entry;
    instances.store.written.clear();
    instances.now += 601_000;
    await value(instances.one());
    instances.store.set(instances.store.entry[0], others, 600);
    expect(await value(instances.one())).toBe('token-6');
  });
});
