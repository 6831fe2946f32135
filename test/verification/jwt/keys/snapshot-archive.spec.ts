import type { KeySetSnapshots } from '../../../../lib/index.js';
import { json } from './faulty-issuer.js';
import { HEADER, MINUTE, ObservedKeySet, publicJwk, settle } from './observed-key-set.js';

/** Keeps one text, whatever the key. */
class OneText implements KeySetSnapshots {
  text: string | undefined;
  readonly keys = new Set<string>();

  read(key: string): Promise<string | undefined> {
    this.keys.add(key);
    return Promise.resolve(this.text);
  }

  write(key: string, text: string): Promise<void> {
    this.keys.add(key);
    this.text = text;
    return Promise.resolve();
  }
}

const HANGING = new Promise<never>(() => undefined);

describe('a key set that outlives its process', () => {
  let store: OneText;
  let first: ObservedKeySet;
  let second: ObservedKeySet;

  beforeEach(async () => {
    store = new OneText();
    first = await ObservedKeySet.start({ snapshots: store });
    await first.count();
    await settle();
    second = await ObservedKeySet.start({ snapshots: store });
    // The next process of the same application asks the same issuer, which is down.
    store.text = store.text?.replaceAll(first.issuer.origin, second.issuer.origin);
    second.issuer.behaviour = json({}, 500);
  });

  afterEach(async () => {
    await first.close();
    await second.close();
  });

  it('serves where the issuer does not answer, which is asked first', async () => {
    second.now += 5 * MINUTE;
    expect(await second.count()).toBe(1);
    expect(second.requests).toBe(1);
    expect(second.subject.state()).toMatchObject({ status: 'stale', fetchedAt: first.now });
  });

  it('holds each of the names that a key was published under', async () => {
    const key = await publicJwk();
    first.issuer.behaviour = json({ keys: [key, { ...key, kid: 'alias' }] });
    await first.subject.refresh();
    await settle();
    store.text = store.text?.replaceAll(first.issuer.origin, second.issuer.origin);
    expect([await second.count(), await second.count({ ...HEADER, kid: 'alias' })]).toEqual([1, 1]);
  });

  it('is the newest, though an older one took longer to write', async () => {
    const texts: string[] = [];
    let delay = 100;
    const slow: KeySetSnapshots = {
      read: () => Promise.resolve(undefined),
      write: async (_, text) => {
        delay -= 90;
        await settle(delay + 90);
        texts.push(text);
      },
    };
    const subject = await ObservedKeySet.start({ snapshots: slow });
    await subject.count();
    subject.issuer.behaviour = json({ keys: [await publicJwk({ kid: 'newest' })] });
    await subject.subject.refresh();
    await settle(300);
    expect(texts).toHaveLength(2);
    expect(texts[1]).toContain('newest');
    await subject.close();
  });

  it('serves until it is stale, while the issuer is down', async () => {
    second.now += 65 * MINUTE;
    expect(await second.count()).toBe(1);
    expect([second.requests, second.subject.state().status]).toEqual([1, 'stale']);
    second.now += 5 * MINUTE;
    await expect(second.count()).rejects.toMatchObject({ reason: 'issuer_unavailable' });
  });

  it('is no answer to whoever wants the keys anew', async () => {
    await expect(second.subject.refresh()).rejects.toThrow('answered with status 500');
    second.issuer.behaviour = json({ keys: [await publicJwk({ kid: '2' })] });
    await second.subject.refresh();
    expect(await second.count()).toBe(0);
  });

  it('gives way to what the issuer publishes', async () => {
    second.now += 11 * MINUTE;
    second.issuer.behaviour = json({ keys: [await publicJwk({ kid: '2' })] });
    expect(await second.count()).toBe(0);
    expect(await second.count({ ...HEADER, kid: '2' })).toBe(1);
  });

  it.each<[string, (text: string) => string]>([
    ['is too old', (text) => text.replace(/"fetchedAt":\d+/, '"fetchedAt":1')],
    ['is from the future', (text) => text.replace(/"fetchedAt":\d+/, '"fetchedAt":9e15')],
    ['has no date', (text) => text.replace(/"fetchedAt":\d+/, '"fetchedAt":"now"')],
    ["is another issuer's", (text) => text.replaceAll('127.0.0.1', '127.0.0.2')],
    ['has no keys', (text) => text.replace(/"keys":.*/, '"keys":[]}')],
    ['has a secret', (text) => text.replace(/"keys":.*/, '"keys":[{"kty":"oct","k":"AAAA"}]}')],
    ['has keys that are no list', (text) => text.replace(/"keys":.*/, '"keys":{}}')],
    ['is cut off', (text) => text.slice(0, -9)],
    ['is no object', () => '"text"'],
    ['is null', () => 'null'],
  ])('is not trusted when it %s', async (_, change) => {
    store.text = change(store.text ?? '');
    await expect(second.count()).rejects.toMatchObject({ reason: 'issuer_unavailable' });
  });

  it('does not hold anybody up when it cannot be read or written', async () => {
    const failing: KeySetSnapshots = {
      read: () => HANGING,
      write: () => Promise.reject(new Error('disk full')),
    };
    const subject = await ObservedKeySet.start({ snapshots: failing });
    expect(await subject.count()).toBe(1);
    await settle();
    expect(subject.types).toEqual([
      'keys.snapshot_failed',
      'keys.refreshed',
      'keys.snapshot_failed',
    ]);
    await subject.close();
  });

  it('is kept under a name that can stand for a file', () => {
    for (const key of store.keys) expect(key).toMatch(/^[\w-]{43}$/);
  });
});
