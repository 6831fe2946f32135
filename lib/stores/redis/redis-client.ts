/** node-redis from its version 4: a client, or a pool of clients. */
export interface NodeRedisClient {
  sendCommand(args: string[], options?: object): Promise<unknown>;
}

/** The cluster client of node-redis. */
export interface NodeRedisCluster {
  readonly masters: readonly unknown[];
  sendCommand(
    firstKey: string | undefined,
    isReadonly: boolean | undefined,
    args: string[],
    options?: object,
  ): Promise<unknown>;
}

/** ioredis from its version 5: a client, or a cluster. */
export interface IoRedisClient {
  call(command: string, ...args: string[]): Promise<unknown>;
}

/** A connected client of Redis, as far as it is used here; whoever made it configures and closes it. */
export type RedisClient = NodeRedisClient | NodeRedisCluster | IoRedisClient;

/** A command that concerns a single key, so that a cluster knows where to send it. */
export interface RedisCommand {
  readonly key: string;
  /** The name of the command and its arguments, the key among them. */
  readonly args: readonly string[];
}

/** Sends a command through whichever client it is; where that client can, the signal takes back what was not sent yet. */
export type RedisSender = (command: RedisCommand, signal: AbortSignal) => Promise<unknown>;

/** @returns `undefined` when it is none of the clients that are known. */
export function senderOf(client: RedisClient): RedisSender | undefined {
  if (isIoRedis(client)) return ({ args: [name = '', ...rest] }) => client.call(name, ...rest);
  if (!isNodeRedis(client)) return;
  if (isCluster(client)) {
    return ({ key, args }, signal) => client.sendCommand(key, false, [...args], aborting(signal));
  }
  return ({ args }, signal) => client.sendCommand([...args], aborting(signal));
}

/** The option's name, in version 4 and since. */
function aborting(signal: AbortSignal): object {
  return { signal, abortSignal: signal };
}

// The client of ioredis has a method `sendCommand` as well, of another meaning: ask for `call` first.
function isIoRedis(client: RedisClient): client is IoRedisClient {
  return typeof (client as Partial<IoRedisClient> | undefined)?.call === 'function';
}

function isNodeRedis(client: RedisClient): client is NodeRedisClient | NodeRedisCluster {
  return typeof (client as Partial<NodeRedisClient> | undefined)?.sendCommand === 'function';
}

function isCluster(client: NodeRedisClient | NodeRedisCluster): client is NodeRedisCluster {
  return 'masters' in client;
}
