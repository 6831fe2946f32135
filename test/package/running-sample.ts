import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';

const ROOT = new URL('../..', import.meta.url);
const run = promisify(execFile);

/** A line of a sample that says what the command below it gives, and that command. */
interface Printed {
  readonly expected: number;
  readonly comment: string;
  readonly command: string;
}

/** A sample that runs, and the commands it printed. */
export class RunningSample {
  private constructor(
    private readonly child: ChildProcess,
    readonly printed: readonly Printed[],
    private readonly said: Said,
  ) {}

  /**
   * @param commandLine Such as `npm run <script>`.
   * @param count How many commands it prints.
   * @param environment What it finds in its environment, beside what is there.
   */
  static async start(
    commandLine: string,
    count: number,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<RunningSample> {
    const [command = '', ...args] = commandLine.split(' ');
    const child = spawn(command, args, {
      cwd: ROOT,
      env: { ...process.env, PORT: '0', ...environment },
      detached: true,
    });
    const said: Said = { output: '' };
    return new RunningSample(child, await commandsOf(child, count, said), said);
  }

  /** Everything it printed. */
  get output(): string {
    return this.said.output;
  }

  /** The address it serves, as its commands have it. */
  get url(): string {
    return /http:\/\/[\d.:]+/.exec(this.printed[0]?.command ?? '')?.[0] ?? '';
  }

  /** What a command prints when it is pasted. */
  async paste(command: string | undefined): Promise<string> {
    return (await run('sh', ['-c', command ?? 'false'])).stdout;
  }

  /** Waits until it has printed something. */
  async prints(text: string): Promise<void> {
    while (!this.output.includes(text)) await once(this.child.stdout ?? this.child, 'data');
  }

  /** Waits until every process of it is gone. */
  async stopped(): Promise<void> {
    const closed = once(this.child, 'close');
    this.stop();
    await closed;
  }

  stop(): void {
    // The whole group: npm, its shell and the application.
    if (this.child.pid !== undefined) process.kill(-this.child.pid, 'SIGTERM');
  }
}

/** What it printed so far. */
interface Said {
  output: string;
}

function commandsOf(child: ChildProcess, count: number, said: Said): Promise<readonly Printed[]> {
  return new Promise((resolve, reject) => {
    child.on('exit', (code) => {
      reject(new Error(`The sample ended with ${String(code)}:\n${said.output}`));
    });
    child.stderr?.on('data', (chunk) => (said.output += String(chunk)));
    child.stdout?.on('data', (chunk) => {
      said.output += String(chunk);
      const found = [...said.output.matchAll(/^# (\d{3}): (.*)\n((?:kill .*; )?curl .*)\n/gm)];
      if (found.length === count) resolve(found.map(toPrinted));
    });
  });
}

function toPrinted([, status, comment = '', command = '']: RegExpMatchArray): Printed {
  return { expected: Number(status), comment, command };
}
