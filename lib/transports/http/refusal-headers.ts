import { hiddenNotes } from '../../core/hidden-notes.js';
import type { AnswerHeaders } from './http-refusal.js';

/** Node's own response. */
interface NodeResponse {
  writeHead?: (status: number, ...more: unknown[]) => unknown;
  hasHeader?(name: string): boolean;
  removeHeader?(name: string): unknown;
  setHeader?(name: string, value: string | string[]): unknown;
}

/** Express sets headers with the one, Fastify with the other. */
export interface AdapterResponse extends NodeResponse {
  /** Of Fastify: the response that it holds. */
  readonly raw?: NodeResponse;
  /** Of Express, and of Fastify. */
  readonly headersSent?: boolean;
  readonly sent?: boolean;
  getHeader?(name: string): unknown;
  header?(name: string, value: string | string[]): unknown;
}

/** What goes with any answer of the kind that was meant: nobody may give it to somebody else. */
const OF_ITS_CLASS = new Set(['Cache-Control']);

const pending = hiddenNotes<RefusalHeaders>();

/**
 * Sets the headers of a refusal, which go with its answer alone: where whoever asked catches the
 * exception, and the answer has another status in the end, they are gone, and what was there before them
 * is there again. A filter that shapes the answer sees them, and may change them.
 */
export function setRefusalHeaders(
  response: AdapterResponse,
  status: number,
  headers: AnswerHeaders,
): void {
  const known = pending.get(response);
  const refusals = known ?? new RefusalHeaders(response);
  if (!known) {
    pending.set(response, refusals);
    beforeHead(response.raw ?? response, (answered) => {
      refusals.settle(answered);
    });
  }
  refusals.set(status, headers);
}

/** Calls back when the status of an answer is final, and its headers are not yet. */
function beforeHead(response: NodeResponse, settle: (status: number) => void): void {
  const { writeHead } = response;
  if (!writeHead) return;
  response.writeHead = (status, ...more) => {
    settle(status);
    return Reflect.apply(writeHead, response, [status, ...more]);
  };
}

/** The headers of every refusal that a request met, of which one is answered, or none. */
class RefusalHeaders {
  readonly #response: AdapterResponse;
  readonly #ofStatus = new Map<number, AnswerHeaders>();
  /** What stood there before ours. */
  readonly #earlier = new Map<string, unknown>();
  #standing: { readonly status: number; readonly headers: AnswerHeaders } | undefined = undefined;

  constructor(response: AdapterResponse) {
    this.#response = response;
  }

  set(status: number, headers: AnswerHeaders): void {
    this.#withdraw();
    this.#ofStatus.set(status, headers);
    for (const [name, value] of Object.entries(headers)) {
      this.#earlier.set(name, this.#response.getHeader?.(name));
      this.#write(name, value);
    }
    this.#standing = { status, headers };
  }

  settle(status: number): void {
    if (!this.#standing || this.#standing.status === status) return;
    const meant = this.#ofStatus.get(status);
    if (meant) this.set(status, meant);
    else this.#withdraw(isOfClass(this.#standing.status, status) ? OF_ITS_CLASS : undefined);
  }

  /** What somebody changed since is theirs. */
  #withdraw(kept?: ReadonlySet<string>): void {
    for (const [name, value] of Object.entries(this.#standing?.headers ?? {})) {
      if (kept?.has(name) || this.#response.getHeader?.(name) !== value) continue;
      const earlier = this.#earlier.get(name);
      if (earlier === undefined) this.#remove(name);
      else this.#write(name, earlier as string | string[]);
    }
    this.#standing = undefined;
  }

  #write(name: string, value: string | string[]): void {
    const { raw } = this.#response;
    if (this.#response.setHeader) this.#response.setHeader(name, value);
    else this.#response.header?.(name, value);
    if (raw?.hasHeader?.(name)) raw.setHeader?.(name, value);
  }

  /** Of an answer that is a stream, Fastify has handed the headers on already. */
  #remove(name: string): void {
    this.#response.removeHeader?.(name);
    this.#response.raw?.removeHeader?.(name);
  }
}

/** Whether two statuses begin alike: `403` and `404`. */
function isOfClass(one: number, other: number): boolean {
  return Math.floor(one / 100) === Math.floor(other / 100);
}
