import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import {
  MemoryApiKeyStore,
  MemoryKeyValueStore,
  type ApiKeyStore,
  type KeyValueStore,
} from 'nestjs-portcullis';
import { RedisApiKeyStore, RedisStore } from 'nestjs-portcullis/redis';
import { createClient } from 'redis';

/** Where keys, sessions and revocations are kept: in this process, or in Redis for all instances. */
export class Stores implements OnApplicationShutdown {
  private constructor(
    readonly apiKeys: ApiKeyStore,
    readonly values: KeyValueStore,
    private readonly close: () => Promise<void>,
  ) {}

  /** @param url The address of Redis: `redis://127.0.0.1:6379`. Default: memory. */
  static async open(url: string | undefined, keyPrefix: string): Promise<Stores> {
    if (url === undefined) {
      return new Stores(new MemoryApiKeyStore(), new MemoryKeyValueStore(), () =>
        Promise.resolve(),
      );
    }
    const client = createClient({ url });
    // Without a listener, a lost connection ends the process. With one, requests get 503 meanwhile.
    client.on('error', (failure: Error) => {
      Logger.warn(failure.message, 'Redis');
    });
    await client.connect();
    return new Stores(
      new RedisApiKeyStore(client, { keyPrefix }),
      new RedisStore(client, { keyPrefix }),
      () => client.close(),
    );
  }

  async onApplicationShutdown(): Promise<void> {
    await this.close();
  }
}
