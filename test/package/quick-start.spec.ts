import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { promisify } from 'node:util';

const ROOT = new URL('../..', import.meta.url);
const run = promisify(execFile);

/** A line of the quick start that says what the command below it gives, and that command. */
interface Printed {
  readonly expected: number;
  readonly command: string;
}

describe('npm start', () => {
  let start: ChildProcess;
  let printed: readonly Printed[];

  beforeAll(async () => {
    start = spawn('npm', ['start'], {
      cwd: ROOT,
      env: { ...process.env, PORT: '0' },
      detached: true,
    });
    printed = await commandsOf(start);
  }, 120_000);

  afterAll(() => {
    // The whole group: npm, its shell and the application.
    if (start.pid !== undefined) process.kill(-start.pid, 'SIGTERM');
  });

  it('prints commands for every answer of the corridor', () => {
    expect(printed.map(({ expected }) => expected)).toEqual([
      401, 200, 200, 403, 200, 403, 200, 200,
    ]);
  });

  it('prints commands that give what is said, when they are pasted', async () => {
    for (const { expected, command } of printed) {
      const { stdout } = await run('sh', ['-c', command]);
      expect([command, Number(/^HTTP\/1\.1 (\d{3})/.exec(stdout)?.[1])]).toEqual([
        command,
        expected,
      ]);
      if (expected === 401) {
        expect(stdout).toMatch(/^WWW-Authenticate: Bearer realm="api"\r$/m);
      }
    }
  });

  it('shows the profile with roles and organization', async () => {
    const { stdout } = await run('sh', ['-c', printed[1]?.command ?? 'false']);
    expect(stdout).toContain('"organizationId":"acme","roles":["member"]');
  });
});

function commandsOf(child: ChildProcess): Promise<readonly Printed[]> {
  let output = '';
  return new Promise((resolve, reject) => {
    child.on('exit', (code) => {
      reject(new Error(`npm start ended with ${String(code)}:\n${output}`));
    });
    child.stderr?.on('data', (chunk) => (output += String(chunk)));
    child.stdout?.on('data', (chunk) => {
      output += String(chunk);
      const found = [...output.matchAll(/^# (\d{3}): .*\n(curl .*)\n/gm)];
      if (found.length === 8) resolve(found.map(toPrinted));
    });
  });
}

function toPrinted([, status, command = '']: RegExpMatchArray): Printed {
  return { expected: Number(status), command };
}
