import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** Both of its outputs are pipes. */
type ListenedTo = ChildProcess & { readonly stdout: Readable; readonly stderr: Readable };

/** How a target that does not start ends. */
export interface Ending {
  readonly code: number | null;
  readonly complaint: string;
}

/** The conformance target, bundled with the sources of the package, so that no build is needed. */
export class BundledTarget {
  private constructor(
    readonly directory: string,
    readonly main: string,
  ) {}

  static async make(): Promise<BundledTarget> {
    // Beneath the repository, where its dependencies are found.
    await mkdir(path('dist/'), { recursive: true });
    const directory = await mkdtemp(path('dist/bundle-'));
    const main = join(directory, 'main.mjs');
    await build({
      entryPoints: [path('target/main.ts')],
      outfile: main,
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      alias: { 'nestjs-portcullis': path('../../lib/index.ts') },
      logLevel: 'error',
    });
    return new BundledTarget(directory, main);
  }

  /**
   * Starts it in a process of its own.
   *
   * @param prelude A module that is evaluated before everything else.
   * @throws {Error} When it ends before it listens.
   */
  async start(config: unknown, prelude = ''): Promise<TargetProcess> {
    const child = await this.#spawn(config, prelude);
    const complaint = text(child.stderr);
    for await (const line of createInterface(child.stdout)) {
      const { url } = JSON.parse(line) as { url: string };
      return new TargetProcess(child, Number(new URL(url).port));
    }
    throw new Error(`The target did not listen: ${await complaint}`);
  }

  /** Starts what must not start, and gives how it ended. */
  async fail(config: unknown): Promise<Ending> {
    const child = await this.#spawn(config, '');
    const complaint = text(child.stderr);
    const [code] = (await once(child, 'exit')) as [number | null];
    return { code, complaint: await complaint };
  }

  async #spawn(config: unknown, prelude: string): Promise<ListenedTo> {
    const file = join(this.directory, `${String(Math.random())}.json`);
    await writeFile(file, JSON.stringify(config));
    const module = `data:text/javascript,${encodeURIComponent(prelude)}`;
    const child = spawn(process.execPath, ['--import', module, this.main, file], {
      env: { ...process.env, NODE_OPTIONS: undefined, JEST_WORKER_ID: undefined },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      timeout: 60_000,
    });
    return child as ListenedTo;
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** A target that listens. */
export class TargetProcess {
  constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  /** Sends a message to the prelude, and waits for its reply. */
  async tell(message: object): Promise<void> {
    this.child.send(message);
    await once(this.child, 'message');
  }

  /** Stops it as an orchestrator would, and gives its exit code. */
  async stop(): Promise<number | null> {
    const ended = once(this.child, 'exit') as Promise<[number | null]>;
    this.child.kill('SIGTERM');
    return (await ended)[0];
  }
}
