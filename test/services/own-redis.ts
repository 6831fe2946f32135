import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const PROGRAM = 'redis-server';
const HOST = '127.0.0.1';
const PATIENCE_MS = 10_000;

/**
 * `describe`, or one that is left out and says why, where there is no `redis-server`. Where services are
 * required (`REQUIRE_SERVICES=1`), its absence fails.
 */
export function describeWithRedisServer(): typeof describe.skip {
  const { error } = spawnSync(PROGRAM, ['--version']);
  if (!error) return describe;
  if (process.env['REQUIRE_SERVICES'] === '1')
    throw new Error('There is no redis-server', { cause: error });
  console.warn('There is no redis-server on this machine: left out');
  return describe.skip;
}

/** A server of Redis that a test starts and ends, and that finds again what it held when it is started anew. */
export class OwnRedis {
  readonly port: number;
  readonly #folder: string;
  #child: ChildProcess | undefined;

  private constructor(port: number, folder: string) {
    this.port = port;
    this.#folder = folder;
  }

  static async start(): Promise<OwnRedis> {
    const folder = await mkdtemp(join(tmpdir(), 'portcullis-redis-'));
    const redis = new OwnRedis(await freePort(), folder);
    await redis.resume();
    return redis;
  }

  get url(): string {
    return `redis://${HOST}:${String(this.port)}`;
  }

  /** Starts the server, and waits until it listens. */
  async resume(): Promise<void> {
    const place = ['--port', String(this.port), '--bind', HOST, '--dir', this.#folder];
    // With a rule to save by, what it holds is saved when it is told to end.
    this.#child = spawn(PROGRAM, [...place, '--save', '3600 1'], { stdio: 'ignore' });
    const deadline = performance.now() + PATIENCE_MS;
    while (!(await isListening(this.port))) {
      if (performance.now() > deadline) throw new Error('redis-server does not listen');
      await pause(20);
    }
  }

  /** Ends the server as an operator does: it saves, and hangs up on everybody. */
  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child) return;
    const ended = once(child, 'exit');
    if (child.kill('SIGTERM')) await ended;
  }

  /** Lets nobody wait for an answer that comes: it is there, and says nothing. */
  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  /** Ends the server for good, and removes what it saved. */
  async close(): Promise<void> {
    this.thaw();
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, HOST);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}
