import { spawn } from 'node:child_process';

/** How a command ended, and what it printed to standard output and standard error. */
export interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

/** What commands get of this process's environment: nothing that Jest put there. */
export const ENVIRONMENT: NodeJS.ProcessEnv = {
  ...process.env,
  JEST_WORKER_ID: undefined,
  NODE_ENV: undefined,
  NODE_OPTIONS: undefined,
  FORCE_COLOR: undefined,
  NO_COLOR: '1',
};

/** No command needs longer, even where nothing is cached. */
const TIMEOUT_MS = 240_000;

/** Runs a command to its end, whatever that is. */
export function attempt(directory: string, command: string, ...args: string[]): Promise<Outcome> {
  const child = spawn(command, args, {
    cwd: directory,
    env: ENVIRONMENT,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT_MS,
  });
  let output = '';
  const collect = (text: string): void => {
    output += text;
  };
  child.stdout.setEncoding('utf8').on('data', collect);
  child.stderr.setEncoding('utf8').on('data', collect);
  return new Promise((resolve, reject) => {
    child.once('error', reject).once('close', (code) => {
      resolve({ code, output });
    });
  });
}

/**
 * Runs a command that must succeed, and gives what it printed.
 *
 * @throws {Error} With what it printed, when it does not succeed.
 */
export async function run(directory: string, command: string, ...args: string[]): Promise<string> {
  const { code, output } = await attempt(directory, command, ...args);
  if (code === 0) return output;
  throw new Error(`${[command, ...args].join(' ')} ended with ${String(code)}:\n${output}`);
}
