import type { KeyValueStore } from '../key-value-store.js';
import { StoreUnavailable } from '../store-unavailable.js';
import { millisecondsToLive } from '../time-to-live.js';
import type { RedisClient } from './redis-client.js';
import { RedisConnection, type RedisStoreOptions } from './redis-connection.js';
import { integerOf, textOf } from './redis-reply.js';

/** The time to live is set with the first count, in the same step: a count without one would never end. */
const COUNT = `
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return count`;

/**
 * Keeps entries in Redis 6.2 or later, for all instances of an application; a cluster will do.
 *
 * What is asked is answered by Redis or throws. A command that was late may still be carried out.
 */
export class RedisStore implements KeyValueStore {
  readonly #redis: RedisConnection;

  /**
   * @param client A connected client of `redis` or `ioredis`.
   * @throws {AuthConfigurationError} When it is neither, or an option is none.
   */
  constructor(client: RedisClient, options?: RedisStoreOptions) {
    this.#redis = new RedisConnection('RedisStore', client, options);
  }

  async get(key: string): Promise<string | undefined> {
    return textOf(await this.#send('GET', key));
  }

  /** Asks for each by itself, because the keys of one command have to be on one node of a cluster. */
  async getAll(keys: readonly string[]): Promise<readonly (string | undefined)[]> {
    if (keys.length === 0) return [];
    const names = keys.map((key) => this.#nameOf(key));
    const replies = await this.#redis.sendAll(
      names.map((name) => ({ key: name, args: ['GET', name] })),
    );
    return replies.map(textOf);
  }

  async set(key: string, value: string, ttlSeconds: number): Promise<void> {
    const milliseconds = String(millisecondsToLive(ttlSeconds));
    const reply = textOf(await this.#send('SET', key, value, 'PX', milliseconds));
    if (reply !== 'OK') throw new StoreUnavailable('reply');
  }

  async setIfAbsent(key: string, value: string, ttlSeconds: number): Promise<boolean> {
    const milliseconds = String(millisecondsToLive(ttlSeconds));
    return textOf(await this.#send('SET', key, value, 'PX', milliseconds, 'NX')) === 'OK';
  }

  async getAndDelete(key: string): Promise<string | undefined> {
    return textOf(await this.#send('GETDEL', key));
  }

  async increment(key: string, ttlSeconds: number): Promise<number> {
    const args = [String(millisecondsToLive(ttlSeconds))];
    return integerOf(await this.#redis.run({ key: this.#nameOf(key), lua: COUNT, args }));
  }

  async delete(key: string): Promise<void> {
    integerOf(await this.#send('DEL', key));
  }

  #send(command: string, key: string, ...args: readonly string[]): Promise<unknown> {
    const name = this.#nameOf(key);
    return this.#redis.send({ key: name, args: [command, name, ...args] });
  }

  #nameOf(key: string): string {
    return `${this.#redis.keyPrefix}kv:${key}`;
  }
}
