import { connect } from 'node:net';
import { createClient } from 'redis';

const [HOST, PORT] = ['127.0.0.1', 6379] as const;
const URL_OF_REDIS = `redis://${HOST}:${String(PORT)}`;

/** The Redis of this machine, and what one run of a test keeps in it. */
export class RedisService {
  readonly url = URL_OF_REDIS;
  readonly keyPrefix = `test-sample-${process.pid}-${Date.now()}:`;

  /**
   * @returns `undefined` where no Redis listens, having said so.
   * @throws {Error} In its stead, where `REQUIRE_SERVICES=1`.
   */
  static async find(): Promise<RedisService | undefined> {
    if (await isListening()) return new RedisService();
    const reason = `no Redis at ${HOST}:${String(PORT)}`;
    if (process.env['REQUIRE_SERVICES'] === '1') throw new Error(`There is ${reason}`);
    console.warn(`Skipped, for there is ${reason}: two instances that share their stores`);
    return;
  }

  /** Removes whatever the run kept. @returns How many entries that was. */
  async clean(): Promise<number> {
    const client = createClient({ url: this.url });
    await client.connect();
    try {
      const keys = await client.keys(`${this.keyPrefix}*`);
      return keys.length > 0 ? await client.unlink(keys) : 0;
    } finally {
      await client.close();
    }
  }
}

function isListening(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(PORT, HOST);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}
