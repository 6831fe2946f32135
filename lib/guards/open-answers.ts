import type { ServerResponse } from 'node:http';
import { atInstant } from '../core/at-instant.js';
import type { Clock } from '../core/clock.js';
import type { Principal } from '../core/principal.js';

/** Which answers end with the credential they are given for. */
export type EndingAnswers = 'event-streams' | 'all' | 'none';

/** What an answer is given for. */
export interface Answered {
  readonly response: ServerResponse;
  readonly principal: Principal;
  /** Whether it is given by a handler with `@Sse()`. */
  readonly isEventStream: boolean;
}

/** Whoever is let in by the tolerance of clocks alone, after the expiry, has an answer for so long. */
const TOLERATED_MS = 5000;

/** The answers that are being given, each until it is over, or until the credential it is given for expires. */
export class OpenAnswers {
  readonly #ending: EndingAnswers;
  readonly #clock: Clock;
  readonly #open = new Set<OpenAnswer>();

  constructor(ending: EndingAnswers, clock: Clock) {
    this.#ending = ending;
    this.#clock = clock;
  }

  /** Sees to it that an answer does not outlive the credential it is given for, where the options say so. */
  watch(answered: Answered): void {
    if (this.#ending === 'none') return;
    if (this.#ending === 'event-streams' && !answered.isEventStream) return;
    const { response } = answered;
    // Whoever left meanwhile does not leave once more.
    if (response.destroyed || response.writableFinished) return;
    const answer = new OpenAnswer(answered, this.#clock);
    this.#open.add(answer);
    const drop = (): void => {
      answer.forget();
      this.#open.delete(answer);
    };
    response.once('close', drop);
    if (!response.socket) dropWithRequest(response, drop);
  }

  /** Those that end with their credential, and have not ended. */
  [Symbol.iterator](): Iterator<OpenAnswer> {
    return this.#open.values();
  }
}

/** An answer that ends with the credential it is given for. */
export class OpenAnswer {
  readonly principal: Principal;
  readonly #response: ServerResponse;
  readonly #isEventStream: boolean;
  /** To be done when it is over. */
  readonly forget: () => void;

  constructor({ response, principal, isEventStream }: Answered, clock: Clock) {
    this.principal = principal;
    this.#response = response;
    this.#isEventStream = isEventStream;
    const [now, expiresAt] = [clock(), principal.expiresAt * 1000];
    const endsAt = expiresAt > now ? expiresAt : now + TOLERATED_MS;
    this.forget = atInstant(endsAt, clock, () => {
      this.end();
    });
  }

  /**
   * An event stream ends as one that is over, for whoever reads it will come back; whatever else is broken
   * off, so that nobody takes a part for the whole (RFC 9112 section 8).
   */
  end(): void {
    this.forget();
    const response = this.#response;
    // Whoever does not read cannot be told.
    const isHeard = response.headersSent && !response.writableNeedDrain;
    if (this.#isEventStream && isHeard) endInOrder(response);
    else response.destroy();
  }
}

/** Nest learns by its connection alone that an event stream is over, and would go on without end. */
function endInOrder(response: ServerResponse): void {
  const socket = response.req.httpVersionMajor === 1 ? response.socket : undefined;
  response.on('error', () => {
    // Of an event that came too late.
  });
  response.once('finish', () => socket?.destroySoon());
  response.end();
}

/** An answer that waits for others on its connection does not learn that the connection is gone. */
function dropWithRequest(response: ServerResponse, drop: () => void): void {
  response.req.once('close', () => {
    if (!response.socket) drop();
  });
}
