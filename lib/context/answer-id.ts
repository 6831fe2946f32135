import type { ServerResponse } from 'node:http';

const HEADER = 'x-request-id';

/** Fastify keeps the headers of an answer in a table of its own, and hands them on when it is sent. */
export interface AnswerTable {
  getHeader(name: string): unknown;
  header(name: string, value: string): unknown;
}

/** An answer on its way. */
export interface Answer {
  readonly raw: ServerResponse;
  /** Of Fastify; on Express, the response has all there is. */
  readonly table?: AnswerTable | undefined;
}

/** The `X-Request-ID` of an answer, which others may write as well. */
export class AnswerId {
  readonly #answer: Answer;
  #isWatched = false;

  constructor(answer: Answer) {
    this.#answer = answer;
  }

  /** What stands there. */
  get value(): unknown {
    const { raw, table } = this.#answer;
    return (table ?? raw).getHeader(HEADER);
  }

  /** It is too late for an answer that has begun. */
  write(id: string): void {
    const { raw, table } = this.#answer;
    if (raw.headersSent) return;
    raw.setHeader('X-Request-ID', id);
    if (table && table.getHeader(HEADER) !== id) table.header(HEADER, id);
  }

  /**
   * Has the last word on it, when the head of the answer is sent.
   *
   * @param settle Says what it is, told what would be sent otherwise.
   */
  watch(settle: (found: unknown) => string): void {
    if (this.#isWatched) return;
    this.#isWatched = true;
    const { raw } = this.#answer;
    const writeHead = raw.writeHead.bind(raw) as (...given: readonly unknown[]) => ServerResponse;
    raw.writeHead = (...given: readonly unknown[]): ServerResponse => {
      const { headers, found } = withoutId(given.at(-1));
      const id = settle(found ?? raw.getHeader(HEADER));
      if (!raw.headersSent) raw.setHeader('X-Request-ID', id);
      return headers === undefined
        ? writeHead(...given)
        : writeHead(...given.slice(0, -1), headers);
    };
  }
}

interface Headers {
  /** Without the id; `undefined` where there are none. */
  readonly headers: unknown;
  readonly found: unknown;
}

/** Of what `writeHead` takes last: an object of headers, a list of names and values by turns, or of pairs of them. */
function withoutId(last: unknown): Headers {
  if (typeof last !== 'object' || last === null) return { headers: undefined, found: undefined };
  if (!Array.isArray(last)) {
    const { found, others } = divided(Object.entries(last));
    return { headers: Object.fromEntries(others), found };
  }
  const isPaired = Array.isArray(last[0]);
  const { found, others } = divided(isPaired ? (last as Pair[]) : pairsOf(last));
  return { headers: isPaired ? others : others.flat(), found };
}

type Pair = readonly [name: string, value: unknown];

function divided(pairs: readonly Pair[]): { found: unknown; others: readonly Pair[] } {
  const isId = ([name]: Pair): boolean => name.toLowerCase() === HEADER;
  return { found: pairs.find(isId)?.[1], others: pairs.filter((pair) => !isId(pair)) };
}

function pairsOf(flat: readonly unknown[]): readonly Pair[] {
  const names = flat.filter((_, index) => index % 2 === 0);
  return names.map((name, index) => [String(name), flat[2 * index + 1]]);
}
