import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { AnswerId, type Answer } from './answer-id.js';
import { removeHeaders } from './inbound-headers.js';

const HEADER = 'x-request-id';

/** What may be taken over into logs, headers and other services: identifiers, and no more of them than those take. */
const SAFE = /^[\w.:-]{8,128}$/;

/** What is at hand of a request wherever it leads. */
export interface Scope {
  /** The one object that stands for the request in guards and handlers alike. */
  readonly request: object;
  /** When it arrived, in milliseconds since the epoch. */
  readonly beganAt: number;
  /** What the request is called everywhere. */
  requestId(): string;
}

/** A request of HTTP from when it arrived, and the answer to it. */
export class RequestScope implements Scope {
  readonly request: IncomingMessage;
  readonly beganAt: number;
  readonly #answer: AnswerId;
  #id: string | undefined = undefined;

  constructor(request: IncomingMessage, answer: Answer, beganAt: number) {
    this.request = request;
    this.#answer = new AnswerId(answer);
    this.beganAt = beganAt;
    // Whoever sends one looks for it in the answer.
    if (request.headers[HEADER] !== undefined) this.requestId();
  }

  /**
   * What the request is called everywhere: as the client said, where that is safe. It is made for
   * whoever asks first, and is in the answer from then on: a request that nobody asks about costs nothing.
   */
  requestId(): string {
    if (this.#id !== undefined) return this.#id;
    this.nameAtLast();
    return this.#settle(this.#answer.value);
  }

  /** Has it named when the answer is sent, if nobody asks before: whoever names it until then is heard. */
  nameAtLast(): void {
    this.#answer.watch((found) => this.#id ?? this.#settle(found));
  }

  /** @param onAnswer What a middleware named it already. */
  #settle(onAnswer: unknown): string {
    const { request } = this;
    const given = [onAnswer, request.headers[HEADER]];
    const id = given.find(isSafeRequestId) ?? randomUUID();
    if (given[1] !== undefined && given[1] !== id) {
      removeHeaders(request, (name) => name === HEADER);
      request.headers[HEADER] = id;
    }
    this.#id = id;
    this.#answer.write(id);
    return id;
  }
}

/** Whether it may be taken over into logs and headers. */
export function isSafeRequestId(id: unknown): id is string {
  return typeof id === 'string' && SAFE.test(id);
}
