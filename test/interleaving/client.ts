import { Agent, request as send, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { SENDER_HEADER } from './sender.js';

/** A user, and the token that says so. */
export interface User {
  readonly subject: string;
  readonly token: string;
}

/** One request, and when its client goes; `undefined`: not before it has the answer. */
export interface Errand {
  readonly path: string;
  readonly user: User;
  readonly requestId: string;
  readonly abortAfterMs: number | undefined;
}

/** What became of it: what is wrong with the answer, if anything. */
export type Outcome = 'answered' | 'aborted' | { readonly mistake: string };

/** Bodies that are read by the framework, and by the handler. */
const BODY_TYPES: Readonly<Record<string, string>> = {
  json: 'application/json',
  upload: 'application/octet-stream',
};

const STATUSES: Readonly<Record<string, number>> = { json: 201, upload: 201, fail: 418 };

/** Many users behind few connections, which are kept alive. */
export class Client {
  readonly #port: number;
  readonly #agent: Agent;

  constructor(port: number, connections: number) {
    this.#port = port;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections, scheduling: 'fifo' });
  }

  close(): void {
    this.#agent.destroy();
  }

  async run(errand: Errand): Promise<Outcome> {
    const aborting = new AbortController();
    const timer =
      errand.abortAfterMs === undefined
        ? undefined
        : setTimeout(() => {
            aborting.abort();
          }, errand.abortAfterMs);
    try {
      const response = await this.#send(errand, aborting.signal);
      // One who reads slowly makes the server wait.
      if (Math.random() < 0.1) await sleep(Math.random() * 10);
      const mistake = mistakeIn(errand, response, await text(response));
      return mistake === undefined ? 'answered' : { mistake };
    } catch (failure) {
      if (aborting.signal.aborted) return 'aborted';
      return { mistake: `${errand.path} ${errand.requestId}: ${String(failure)}` };
    } finally {
      clearTimeout(timer);
    }
  }

  #send({ path, user, requestId }: Errand, signal: AbortSignal): Promise<IncomingMessage> {
    const type = BODY_TYPES[path];
    const headers = {
      authorization: `Bearer ${user.token}`,
      'x-request-id': requestId,
      [SENDER_HEADER]: user.subject,
      ...(type !== undefined && { 'content-type': type }),
    };
    return new Promise((resolve, reject) => {
      const method = type === undefined ? 'GET' : 'POST';
      const options = { host: '127.0.0.1', port: this.#port, path: `/${path}`, agent: this.#agent };
      const request = send({ ...options, method, headers, signal }, resolve).on('error', reject);
      if (type === undefined) request.end();
      else void writeSlowly(request, JSON.stringify({ text: `${'y'.repeat(8000)}${requestId}` }));
    });
  }
}

async function writeSlowly(request: ReturnType<typeof send>, body: string): Promise<void> {
  const third = Math.ceil(body.length / 3);
  for (let start = 0; start < body.length && !request.destroyed; start += third) {
    request.write(body.slice(start, start + third));
    await sleep(Math.random() * 3);
  }
  request.end();
}

/** What the server says of who is calling must be what the client knows of itself. */
function mistakeIn(
  { path, user, requestId }: Errand,
  { statusCode, headers }: IncomingMessage,
  body: string,
): string | undefined {
  const called = `${path} ${requestId}`;
  if (statusCode !== (STATUSES[path] ?? 200)) return `${called}: status ${String(statusCode)}`;
  if (headers['x-request-id'] !== requestId) return `${called}: another's X-Request-ID`;
  for (const line of body.trimEnd().split('\n')) {
    const told = JSON.parse(line) as { subject?: string; requestId?: string };
    if (told.subject === user.subject && told.requestId === requestId) continue;
    return `${called}: ${user.subject} was told ${String(told.subject)} ${String(told.requestId)}`;
  }
  return undefined;
}
