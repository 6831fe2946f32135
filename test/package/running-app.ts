import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { ENVIRONMENT } from './commands.js';

/** What the application of a fixture prints when it listens: where, and tokens of its issuer. */
interface Announcement {
  readonly url: string;
  readonly tokens: { readonly member: string; readonly admin: string };
}

/** The parts of an answer that are looked at. */
interface Answer {
  readonly status: number;
  readonly challenge: string | null;
  readonly body: unknown;
}

/** No application needs to run longer; one that hangs is ended. */
const TIMEOUT_MS = 60_000;

/** An application that runs in a process of its own, under plain `node`. */
export class RunningApp {
  private constructor(
    private readonly child: ChildProcess,
    private readonly announcement: Announcement,
  ) {}

  /** @throws {Error} With what it printed, when it ends before it listens. */
  static async start(main: string): Promise<RunningApp> {
    const child = spawn(process.execPath, [main], {
      env: ENVIRONMENT,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TIMEOUT_MS,
    });
    const complaints = text(child.stderr);
    for await (const line of createInterface(child.stdout)) {
      if (line.startsWith('{')) return new RunningApp(child, JSON.parse(line) as Announcement);
    }
    throw new Error(`${main} did not listen:\n${await complaints}`);
  }

  get tokens(): Announcement['tokens'] {
    return this.announcement.tokens;
  }

  async get(path: string, token?: string): Promise<Answer> {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(this.announcement.url + path, { headers });
    const challenge = response.headers.get('www-authenticate');
    return { status: response.status, challenge, body: await response.json() };
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    if (this.child.kill()) await ended;
  }
}
