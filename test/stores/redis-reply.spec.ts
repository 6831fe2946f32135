import { RedisStore, StoreUnavailable } from '../../lib/stores/redis/index.js';

const answering = (reply: unknown): RedisStore =>
  new RedisStore({ sendCommand: () => Promise.resolve(reply) });

describe('what a client of Redis answers that is no answer', () => {
  it.each([undefined, {}, true, 7, []])('is no value: %j', async (reply) => {
    const store = answering(reply);
    await expect(store.get('a')).rejects.toThrow(StoreUnavailable);
    await expect(store.getAll(['a'])).rejects.toThrow(StoreUnavailable);
    await expect(store.getAndDelete('a')).rejects.toThrow(StoreUnavailable);
  });

  it.each([undefined, null, 'QUEUED', 1])('keeps nothing: %j', async (reply) => {
    await expect(answering(reply).set('a', 'b', 1)).rejects.toThrow(StoreUnavailable);
  });

  it('deletes nothing', async () => {
    await expect(answering(undefined).delete('a')).rejects.toThrow(StoreUnavailable);
  });
});
