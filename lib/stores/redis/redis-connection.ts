import { assertObject } from '../../core/assert-object.js';
import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import { inTime } from '../../core/in-time.js';
import { ownMembers } from '../../core/own-property.js';
import { refuseUnknown } from '../../core/refuse-unknown.js';
import { assertKeyPrefix } from '../assert-store.js';
import { StoreUnavailable } from '../store-unavailable.js';
import { senderOf, type RedisClient, type RedisCommand, type RedisSender } from './redis-client.js';

/** How a store uses Redis. */
export interface RedisStoreOptions {
  /**
   * What every key begins with. Stores that share a server and a prefix share what they keep.
   *
   * @default 'portcullis:'
   */
  readonly keyPrefix?: string | undefined;
  /**
   * How long Redis may take to answer, in seconds. Clients hold back what they cannot send while the
   * connection is down; a caller waits no longer than this.
   *
   * @default 1
   */
  readonly timeoutSeconds?: number | undefined;
}

/** A script that runs as one command on one key, which it knows as `KEYS[1]`. */
export interface RedisScript {
  readonly key: string;
  readonly lua: string;
  readonly args: readonly string[];
}

/** As long as a timer of Node can run, in seconds. */
const LONGEST_TIMEOUT = 2_147_483;

/** Sends commands, and waits for their answers no longer than a time. */
export class RedisConnection {
  readonly keyPrefix: string;
  readonly #send: RedisSender;
  readonly #timeoutMs: number;

  /**
   * @param name Whose connection it is.
   * @throws {AuthConfigurationError} When it is no client, or no time, or an option is none.
   */
  constructor(name: string, client: RedisClient, options: RedisStoreOptions = {}) {
    assertObject(name, options);
    refuseUnknown(name, options, ['keyPrefix', 'timeoutSeconds']);
    const { keyPrefix = 'portcullis:', timeoutSeconds = 1 } = ownMembers(options);
    const send = senderOf(client);
    if (!send) {
      const cure = 'Pass the client that createClient() of redis, or new Redis() of ioredis, made.';
      throw new AuthConfigurationError('The client of Redis', 'is none that is known', cure);
    }
    assertKeyPrefix(`${name}.keyPrefix`, keyPrefix);
    if (!isWaitable(timeoutSeconds)) {
      const cure = `Give a number of seconds, at most ${String(LONGEST_TIMEOUT)}.`;
      throw new AuthConfigurationError(
        `${name}.timeoutSeconds`,
        'is no time that can be waited',
        cure,
      );
    }
    this.keyPrefix = keyPrefix;
    this.#send = send;
    this.#timeoutMs = timeoutSeconds * 1000;
  }

  /** @throws {StoreUnavailable} */
  async send(command: RedisCommand): Promise<unknown> {
    const [reply] = await this.sendAll([command]);
    return reply;
  }

  /**
   * Sends several at once. Each goes to the node of its key; one client sends them together anyway.
   *
   * @throws {StoreUnavailable} When not all of them are answered in time.
   */
  async sendAll(commands: readonly RedisCommand[]): Promise<readonly unknown[]> {
    const abort = new AbortController();
    const late = (): Error => {
      abort.abort();
      return new StoreUnavailable('timeout');
    };
    const send = async (command: RedisCommand): Promise<unknown> =>
      this.#send(command, abort.signal);
    try {
      return await inTime(Promise.all(commands.map(send)), this.#timeoutMs, late);
    } catch (failure) {
      throw new StoreUnavailable(codeOf(failure));
    }
  }

  /** @throws {StoreUnavailable} */
  run({ key, lua, args }: RedisScript): Promise<unknown> {
    return this.send({ key, args: ['EVAL', lua, '1', key, ...args] });
  }
}

function isWaitable(seconds: unknown): boolean {
  return typeof seconds === 'number' && seconds > 0 && seconds <= LONGEST_TIMEOUT;
}

const CODE = /^[A-Z]+(?:_[A-Z]+)*$/;

/**
 * The code of the failure, or the one that Redis begins its errors with, or the name of its class.
 * The rest may quote the command, and so may the properties of the error that a client throws.
 */
function codeOf(failure: unknown): string {
  if (failure instanceof StoreUnavailable) return failure.code;
  if (!(failure instanceof Error)) return 'unknown';
  const { code } = failure as { readonly code?: unknown };
  const [first = ''] = failure.message.split(' ', 1);
  const known = [code, first].find((each) => typeof each === 'string' && CODE.test(each));
  return typeof known === 'string' ? known : failure.constructor.name;
}
