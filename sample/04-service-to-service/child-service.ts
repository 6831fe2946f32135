import { fork, type ChildProcess } from 'node:child_process';
import type { Announcement } from './announce.js';

/** A service in a process of its own. */
export class ChildService<T extends Announcement = Announcement> {
  private constructor(
    private readonly child: ChildProcess,
    readonly announcement: T,
  ) {}

  /**
   * Starts `<name>/main.js`, and waits until it listens.
   *
   * @param environment What it is told, beside what we are.
   */
  static async start<T extends Announcement>(
    name: string,
    environment: Readonly<Record<string, string>>,
  ): Promise<ChildService<T>> {
    const main = new URL(`${name}/main.js`, import.meta.url);
    const child = fork(main, { env: { ...process.env, ...environment } });
    const announcement = await new Promise<T>((resolve, reject) => {
      child.once('message', (message) => {
        resolve(message as T);
      });
      child.once('exit', () => {
        reject(new Error(`${name} ended before it listened`));
      });
    });
    return new ChildService(child, announcement);
  }

  get url(): string {
    return this.announcement.url;
  }

  get processId(): number | undefined {
    return this.child.pid;
  }

  stop(): void {
    if (this.child.connected) this.child.disconnect();
  }
}
