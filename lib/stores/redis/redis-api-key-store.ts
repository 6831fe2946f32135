import type { ApiKeyChange, ApiKeyRecord, ApiKeyStore } from '../api-key-store.js';
import { StoreUnavailable } from '../store-unavailable.js';
import type { RedisClient } from './redis-client.js';
import { RedisConnection, type RedisStoreOptions } from './redis-connection.js';
import { integerOf, textsOf } from './redis-reply.js';

/** What may change has a field of its own, so that two changes made at once both count. */
const DATES = ['expiresAt', 'revokedAt', 'lastUsedAt'] as const;

const INSERT = `
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], unpack(ARGV))
return 1`;

/** An empty value removes the field. */
const UPDATE = `
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
for i = 1, #ARGV, 2 do
  if ARGV[i + 1] == '' then redis.call('HDEL', KEYS[1], ARGV[i])
  else redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
end
return 1`;

type Instant = ApiKeyRecord['createdAt'];

/**
 * Keeps API keys in Redis, each in a hash of its own, for all instances of an application; a cluster
 * will do. Dates come back as seconds since the epoch.
 *
 * It sets no expiry: a key that expired is still known, and refused as that. Have Redis persist what
 * it holds, and evict none of it.
 */
export class RedisApiKeyStore implements ApiKeyStore {
  readonly #redis: RedisConnection;

  /**
   * @param client A connected client of `redis` or `ioredis`.
   * @throws {AuthConfigurationError} When it is neither, or an option is none.
   */
  constructor(client: RedisClient, options?: RedisStoreOptions) {
    this.#redis = new RedisConnection('RedisApiKeyStore', client, options);
  }

  async find(id: string): Promise<ApiKeyRecord | undefined> {
    const key = this.#nameOf(id);
    const reply = await this.#redis.send({ key, args: ['HMGET', key, 'record', ...DATES] });
    const [text, ...dates] = textsOf(reply, 1 + DATES.length);
    if (text === undefined && dates.every((date) => date === undefined)) return;
    return { ...parseRecord(text, id), ...instantsOf(dates) };
  }

  /** @throws {Error} When there is one of that id. */
  async insert(record: ApiKeyRecord): Promise<void> {
    const { expiresAt, revokedAt, lastUsedAt, ...fixed } = record;
    const dates = fieldsOf({ expiresAt, revokedAt, lastUsedAt }).filter(
      ([, value]) => value !== '',
    );
    const text = JSON.stringify({ ...fixed, createdAt: secondsOf(fixed.createdAt) });
    const args = ['record', text, ...dates.flat()];
    const reply = await this.#redis.run({ key: this.#nameOf(record.id), lua: INSERT, args });
    if (integerOf(reply) !== 1) throw new Error('There is an API key of that id already');
  }

  /** What is `null` is removed; what is `undefined` is left as it is. */
  async update(id: string, change: ApiKeyChange): Promise<boolean> {
    const args = fieldsOf(change).flat();
    const reply = await this.#redis.run({ key: this.#nameOf(id), lua: UPDATE, args });
    return integerOf(reply) === 1;
  }

  #nameOf(id: string): string {
    return `${this.#redis.keyPrefix}api-key:${id}`;
  }
}

/** The dates that are named, as fields of a hash. */
function fieldsOf(change: ApiKeyChange): (readonly [name: string, value: string])[] {
  const named = DATES.filter((name) => change[name] !== undefined);
  return named.map((name) => [name, String(secondsOf(change[name]) ?? '')] as const);
}

/** @throws {TypeError} When it is no date: nothing is written then. */
function secondsOf(instant: Instant): number | undefined {
  if (instant === null || instant === undefined) return;
  const seconds: unknown = instant instanceof Date ? instant.getTime() / 1000 : instant;
  if (typeof seconds === 'number' && !Number.isNaN(seconds)) return seconds;
  throw new TypeError('A date of an API key is none');
}

/** A field that is no number gives `NaN`, by which a key is expired, and revoked. */
function instantsOf(dates: readonly (string | undefined)[]): ApiKeyChange {
  const there = DATES.map((name, index) => [name, dates[index]] as const);
  const known = there.filter(([, value]) => value !== undefined);
  return Object.fromEntries(known.map(([name, value]) => [name, Number(value)]));
}

/** @throws {StoreUnavailable} When it is not what was written. */
function parseRecord(text: string | undefined, id: string): ApiKeyRecord {
  const record = parse(text);
  if (record?.id === id && typeof record.hash === 'string') return record as ApiKeyRecord;
  throw new StoreUnavailable('reply');
}

function parse(text: string | undefined): Partial<ApiKeyRecord> | null | undefined {
  try {
    return JSON.parse(text ?? 'null') as Partial<ApiKeyRecord> | null;
  } catch {
    return;
  }
}
