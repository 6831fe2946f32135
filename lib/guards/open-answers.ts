import type { ServerResponse } from 'node:http';
import { atInstant } from '../core/at-instant.js';
import { InvalidCredential } from '../core/auth-error.js';
import type { Clock } from '../core/clock.js';
import type { Principal } from '../core/principal.js';
import type { LastingCall, LastingCalls } from '../transports/lasting-calls.js';

/** Which answers end with the credential they are given for. */
export type EndingAnswers = 'event-streams' | 'all' | 'none';

/** What an answer is given for. */
export interface Answered {
  readonly response: ServerResponse;
  readonly principal: Principal;
  /** Whether it is given by a handler with `@Sse()`. */
  readonly isEventStream: boolean;
  /** Asked for only where it matters. */
  readonly call: () => AnsweredCall;
}

/** The call that is answered. */
export type AnsweredCall = Pick<LastingCall, 'handler' | 'route' | 'requestId'>;

/** What answers rest on. */
export interface AnswerSettings {
  readonly ending: EndingAnswers;
  readonly clock: Clock;
  /** Where they are kept while they are given. */
  readonly lasting: LastingCalls;
}

/** Whoever is let in by the tolerance of clocks alone, after the expiry, has an answer for so long. */
const TOLERATED_MS = 5000;

/** The answers that are being given, each until it is over, or until the credential it is given for expires. */
export class OpenAnswers {
  readonly #settings: AnswerSettings;

  constructor(settings: AnswerSettings) {
    this.#settings = settings;
  }

  /** Sees to it that an answer does not outlive the credential it is given for, where the options say so. */
  watch(answered: Answered): void {
    const { ending, lasting } = this.#settings;
    if (ending === 'none') return;
    if (ending === 'event-streams' && !answered.isEventStream) return;
    const { response } = answered;
    // Whoever left meanwhile does not leave once more.
    if (response.destroyed || response.writableFinished) return;
    const answer = new OpenAnswer(answered, this.#settings);
    lasting.add(answer);
    const drop = (): void => {
      answer.forget();
      lasting.delete(answer);
    };
    response.once('close', drop);
    if (!response.socket) dropWithRequest(response, drop);
  }
}

/** An answer that ends with the credential it is given for. */
class OpenAnswer implements LastingCall {
  readonly transport = 'http';
  readonly handler: string;
  readonly route: string | undefined;
  readonly requestId: string | undefined;
  readonly principal: Principal;
  readonly #response: ServerResponse;
  readonly #isEventStream: boolean;
  /** To be done when it is over. */
  readonly forget: () => void;

  constructor(
    { response, principal, isEventStream, call }: Answered,
    { clock, lasting }: AnswerSettings,
  ) {
    const { handler, route, requestId } = call();
    this.handler = handler;
    this.route = route;
    this.requestId = requestId;
    this.principal = principal;
    this.#response = response;
    this.#isEventStream = isEventStream;
    const [now, expiresAt] = [clock(), principal.expiresAt * 1000];
    const endsAt = expiresAt > now ? expiresAt : now + TOLERATED_MS;
    this.forget = atInstant(endsAt, clock, () => {
      lasting.end(this, new InvalidCredential('token_expired'));
    });
  }

  /**
   * An event stream ends as one that is over, for whoever reads it will come back; whatever else is broken
   * off, so that nobody takes a part for the whole (RFC 9112 section 8).
   */
  close(): void {
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
