import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { promisify } from 'node:util';

const ROOT = new URL('../..', import.meta.url);
const run = promisify(execFile);

/** A line of a sample that says what the command below it gives, and that command. */
interface Printed {
  readonly expected: number;
  readonly command: string;
}

/** A sample that runs, and the commands it printed. */
export class RunningSample {
  private constructor(
    private readonly child: ChildProcess,
    readonly printed: readonly Printed[],
    /** Everything it printed by then. */
    readonly output: string,
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
    const { printed, output } = await commandsOf(child, count);
    return new RunningSample(child, printed, output);
  }

  /** The address it serves, as its commands have it. */
  get url(): string {
    return /http:\/\/[\d.:]+/.exec(this.printed[0]?.command ?? '')?.[0] ?? '';
  }

  /** What a command prints when it is pasted. */
  async paste(command: string | undefined): Promise<string> {
    return (await run('sh', ['-c', command ?? 'false'])).stdout;
  }

  stop(): void {
    // The whole group: npm, its shell and the application.
    if (this.child.pid !== undefined) process.kill(-this.child.pid, 'SIGTERM');
  }
}

function commandsOf(
  child: ChildProcess,
  count: number,
): Promise<Pick<RunningSample, 'printed' | 'output'>> {
  let output = '';
  return new Promise((resolve, reject) => {
    child.on('exit', (code) => {
      reject(new Error(`The sample ended with ${String(code)}:\n${output}`));
    });
    child.stderr?.on('data', (chunk) => (output += String(chunk)));
    child.stdout?.on('data', (chunk) => {
      output += String(chunk);
      const found = [...output.matchAll(/^# (\d{3}): .*\n(curl .*)\n/gm)];
      if (found.length === count) resolve({ printed: found.map(toPrinted), output });
    });
  });
}

function toPrinted([, status, command = '']: RegExpMatchArray): Printed {
  return { expected: Number(status), command };
}
