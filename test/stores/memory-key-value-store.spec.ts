import { AuthConfigurationError } from '../../lib/core/auth-configuration-error.js';
import { MemoryKeyValueStore } from '../../lib/stores/memory-key-value-store.js';
import { StoreUnavailable } from '../../lib/stores/store-unavailable.js';
import { keyValueStoreContract } from './key-value-store-contract.js';

describe('MemoryKeyValueStore', () => {
  let now = 1_000_000;
  const clock = (): number => now;
  const elapse = (milliseconds: number): void => {
    now += milliseconds;
  };

  beforeEach(() => {
    now = 1_000_000;
  });

  keyValueStoreContract(() => new MemoryKeyValueStore({ clock }), elapse);

  it('throws when it is full, and drops nothing', () => {
    const subject = new MemoryKeyValueStore({ maxEntries: 2, clock });
    subject.set('a', '1', 60);
    subject.set('b', '2', 10);
    const full = expect.objectContaining({ code: 'full' }) as Error;
    expect(() => {
      subject.set('c', '3', 60);
    }).toThrow(full);
    expect(() => subject.setIfAbsent('c', '3', 60)).toThrow(full);
    expect(() => subject.increment('c', 60)).toThrow(StoreUnavailable);
    subject.set('a', 'one', 60);
    expect(subject.getAll(['a', 'b', 'c'])).toEqual(['one', '2', undefined]);
    elapse(11_000);
    subject.set('c', '3', 60);
    expect(subject.getAll(['a', 'b', 'c'])).toEqual(['one', undefined, '3']);
    expect(subject.size).toBe(2);
  });

  it('removes what expired as others are written, wherever the clock jumps', () => {
    const subject = new MemoryKeyValueStore({ clock });
    for (let index = 0; index < 1000; index += 1) subject.set(`a${index}`, '', 1 + index / 100);
    elapse(6000);
    subject.set('b', '', 1);
    expect(subject.size).toBeLessThan(700);
    elapse(-100_000_000);
    subject.set('early', '', 1);
    elapse(50_000);
    subject.set('c', '', 1);
    expect(subject.get('early')).toBeUndefined();
    elapse(1e13);
    subject.set('d', '', 1);
    expect(subject.size).toBe(1);
  });

  it('throws when the clock tells no time', () => {
    const subject = new MemoryKeyValueStore({ clock });
    subject.set('a', '1', 60);
    now = Number.NaN;
    expect(() => subject.get('a')).toThrow(StoreUnavailable);
    expect(() => subject.setIfAbsent('b', '1', 60)).toThrow(StoreUnavailable);
  });

  it.each([0, -1, 1.5, Number.NaN, Infinity])('refuses room for %p entries', (maxEntries) => {
    expect(() => new MemoryKeyValueStore({ maxEntries })).toThrow(AuthConfigurationError);
  });
});
