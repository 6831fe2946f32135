import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import type { RedisClient } from '../../lib/stores/redis/index.js';

const URL_OF_REDIS = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379';

/** A client of one of the two libraries, and what a test needs beside it. */
export interface ConnectedRedis {
  readonly client: RedisClient;
  /** Of nobody else. */
  readonly keyPrefix: string;
  /** Sends what a store does not. */
  readonly command: (name: string, ...args: string[]) => Promise<unknown>;
  readonly hangUp: () => void;
  /** Deletes what begins with the prefix, and hangs up. */
  readonly close: () => Promise<void>;
}

/** The libraries, by the name that people know them by. */
export const REDIS_LIBRARIES = { 'node-redis': connectNodeRedis, ioredis: connectIoRedis } as const;

/** Tests that need Redis: skipped where there is none, unless REQUIRE_SERVICES is 1. */
export const describeWithRedis = (await isThere()) ? describe : describe.skip;

async function isThere(): Promise<boolean> {
  if (process.env['REQUIRE_SERVICES'] === '1') return true;
  const redis = new Redis(URL_OF_REDIS, { lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return true;
  } catch {
    console.warn(`Skipped: no Redis at ${URL_OF_REDIS}`);
    return false;
  } finally {
    redis.disconnect();
  }
}

async function connectNodeRedis(url = URL_OF_REDIS): Promise<ConnectedRedis> {
  const client = createClient({ url, socket: { reconnectStrategy: 50 } });
  client.on('error', () => undefined);
  await client.connect();
  const command = (...args: string[]): Promise<unknown> => client.sendCommand(args);
  return connected({
    client,
    command,
    hangUp: () => {
      client.destroy();
    },
  });
}

async function connectIoRedis(url = URL_OF_REDIS): Promise<ConnectedRedis> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => 50 });
  client.on('error', () => undefined);
  await client.connect();
  const command = (name: string, ...args: string[]): Promise<unknown> => client.call(name, ...args);
  return connected({
    client,
    command,
    hangUp: () => {
      client.disconnect();
    },
  });
}

function connected(parts: {
  readonly client: RedisClient;
  readonly command: (name: string, ...args: string[]) => Promise<unknown>;
  readonly hangUp: () => void;
}): ConnectedRedis {
  const keyPrefix = `portcullis-test:${randomUUID()}:`;
  const close = async (): Promise<void> => {
    const keys = (await parts.command('KEYS', `${keyPrefix}*`)) as string[];
    for (const key of keys) await parts.command('DEL', key);
    parts.hangUp();
  };
  return { ...parts, keyPrefix, close };
}
