import { fork } from 'node:child_process';
import { once } from 'node:events';

const MAIN = new URL('./main.mjs', import.meta.url);

/** A contender's application in a process of its own. */
export class ServerProcess {
  #child;

  /** Where it listens, on 127.0.0.1. */
  port;

  /**
   * @param of `{ contender, adapter, issuer, adjustableClock? }`, `contender` being a name.
   * @param main What it runs, if it is another application than that of contenders.
   */
  static async start(of, main = MAIN) {
    const server = new ServerProcess();
    server.#child = fork(main, [JSON.stringify(of)]);
    ({ port: server.port } = await server.#next());
    return server;
  }

  async ask(question, argument) {
    const answered = this.#next();
    this.#child.send({ question, argument });
    return (await answered).answer;
  }

  async stop() {
    if (this.#child.exitCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }

  async #next() {
    const either = new AbortController();
    const died = once(this.#child, 'exit', either).then(([code]) => {
      throw new Error(`A server ended by itself, with code ${code}`);
    });
    died.catch(() => undefined);
    try {
      const [message] = await Promise.race([once(this.#child, 'message', either), died]);
      return message;
    } finally {
      either.abort();
    }
  }
}
