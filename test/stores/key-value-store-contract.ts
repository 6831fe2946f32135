import { setTimeout as pause } from 'node:timers/promises';
import type { KeyValueStore } from '../../lib/stores/key-value-store.js';

/**
 * What every store of keys and values promises.
 *
 * @param fresh Makes a store that nothing is in.
 * @param elapse Lets time pass, in milliseconds. Default: it is waited for.
 */
export function keyValueStoreContract(
  fresh: () => KeyValueStore,
  elapse: (milliseconds: number) => unknown = pause,
): void {
  let subject: KeyValueStore;

  beforeEach(() => {
    subject = fresh();
  });

  const hundred = async <T>(ask: (index: number) => T): Promise<Awaited<T>[]> =>
    Promise.all(Array.from({ length: 100 }, (_, index) => ask(index)));

  it('gives what was set last, and nothing where nothing was', async () => {
    expect(await subject.get('contract')).toBeUndefined();
    await subject.set('contract', 'one', 60);
    await subject.set('contract', 'two', 60);
    expect(await subject.get('contract')).toBe('two');
  });

  it('keeps an empty text, and texts in any script', async () => {
    await subject.set('', '', 60);
    await subject.set('schlüssel {x}\n', 'größe 鍵 🔑 "\0"', 60);
    expect(await subject.getAll(['', 'schlüssel {x}\n'])).toEqual(['', 'größe 鍵 🔑 "\0"']);
  });

  it('gives several in the order they are asked for', async () => {
    await subject.set('a', '1', 60);
    await subject.set('b', '2', 60);
    expect(await subject.getAll(['b', 'none', 'a', 'b'])).toEqual(['2', undefined, '1', '2']);
    expect(await subject.getAll([])).toEqual([]);
  });

  it('forgets when the time is over, and counts it anew when a value is replaced', async () => {
    await subject.set('contract', 'one', 0.2);
    await subject.set('lasting', 'one', 0.2);
    await subject.set('lasting', 'two', 60);
    expect(await subject.get('contract')).toBe('one');
    await elapse(300);
    expect(await subject.getAll(['contract', 'lasting'])).toEqual([undefined, 'two']);
  });

  it('sets where nothing is, and again when that is forgotten', async () => {
    expect(await subject.setIfAbsent('contract', 'one', 0.2)).toBe(true);
    expect(await subject.setIfAbsent('contract', 'two', 60)).toBe(false);
    expect(await subject.get('contract')).toBe('one');
    await elapse(300);
    expect(await subject.setIfAbsent('contract', 'three', 60)).toBe(true);
    expect(await subject.get('contract')).toBe('three');
  });

  it('gives away what it deletes', async () => {
    await subject.set('contract', 'one', 60);
    expect(await subject.getAndDelete('contract')).toBe('one');
    expect(await subject.getAndDelete('contract')).toBeUndefined();
    await subject.set('contract', 'two', 60);
    await subject.delete('contract');
    await subject.delete('contract');
    expect(await subject.get('contract')).toBeUndefined();
  });

  it('gives away nothing that is over', async () => {
    await subject.set('contract', 'one', 0.2);
    await elapse(300);
    expect(await subject.getAndDelete('contract')).toBeUndefined();
  });

  it('counts from the first for a time that later ones do not prolong', async () => {
    expect(await subject.increment('contract', 0.5)).toBe(1);
    await elapse(300);
    expect(await subject.increment('contract', 0.5)).toBe(2);
    await elapse(300);
    expect(await subject.increment('contract', 0.5)).toBe(1);
  });

  it('counts on from what was set, and throws where that is no count', async () => {
    await subject.set('contract', '41', 60);
    expect(await subject.increment('contract', 60)).toBe(42);
    await subject.set('contract', 'text', 60);
    const failing = (async () => subject.increment('contract', 60))();
    await expect(failing).rejects.toThrow(/^(?!.*(?:contract|text))/);
  });

  it.each([0, -1, Number.NaN, Infinity])('refuses to keep for %p seconds', async (seconds) => {
    const writing = [
      async () => subject.set('contract', 'one', seconds),
      async () => subject.setIfAbsent('contract', 'one', seconds),
      async () => subject.increment('contract', seconds),
    ];
    for (const write of writing) await expect(write()).rejects.toThrow(RangeError);
    expect(await subject.get('contract')).toBeUndefined();
  });

  it('lets one of a hundred set what was absent', async () => {
    const won = await hundred((index) => subject.setIfAbsent('contract', String(index), 60));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(await subject.get('contract')).toBe(String(won.indexOf(true)));
  });

  it('gives each of a hundred a count of its own', async () => {
    const counts = await hundred(() => subject.increment('contract', 60));
    expect(counts.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
  });

  it('gives one of a hundred what was there', async () => {
    await subject.set('contract', 'one', 60);
    const given = await hundred(() => subject.getAndDelete('contract'));
    expect(given.filter((value) => value !== undefined)).toEqual(['one']);
  });
}
