import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** No process of a test needs to run longer; one that hangs is ended. */
const TIMEOUT_MS = 60_000;

/** A file of this folder that runs in a process of its own: `node` alone reads no TypeScript. */
export class SourceProcess {
  private constructor(
    readonly child: ChildProcessByStdio<Writable, Readable, null>,
    /** The first line it printed. */
    readonly announcement: string,
  ) {}

  /** @throws {Error} When it ends before it prints a line. */
  static async start(file: string, variables: NodeJS.ProcessEnv = {}): Promise<SourceProcess> {
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL(file, import.meta.url))],
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      write: false,
    });
    const child = spawn(process.execPath, ['--input-type=module', '-'], {
      env: { ...process.env, ...variables },
      stdio: ['pipe', 'pipe', 'inherit'],
      timeout: TIMEOUT_MS,
    });
    child.stdin.end(outputFiles[0]?.text);
    for await (const line of createInterface(child.stdout)) return new SourceProcess(child, line);
    throw new Error(`${file} did not say where it listens`);
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    if (this.child.kill()) await ended;
  }
}
