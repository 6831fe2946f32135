import { randomUUID } from 'node:crypto';
import { hiddenNotes } from '../core/hidden-notes.js';
import { isSafeRequestId, type Scope } from './request-scope.js';

const ids = hiddenNotes<string>();

/**
 * What a message is called, before its handler is called as well: as its sender said, where that is one
 * name and a safe one.
 *
 * @param message The one object that stands for it.
 */
function messageId(message: object, given: readonly string[]): string {
  const known = ids.get(message);
  if (known !== undefined) return known;
  const id = given.length === 1 && isSafeRequestId(given[0]) ? given[0] : randomUUID();
  ids.set(message, id);
  return id;
}

/** A message from when its handler is called. */
export class MessageScope implements Scope {
  readonly request: object;
  readonly beganAt: number;
  readonly #given: readonly string[];

  /**
   * @param request The one object that stands for the message in guards and handlers alike.
   * @param given What its sender calls it, safe or not.
   */
  constructor(request: object, beganAt: number, given: readonly string[]) {
    this.request = request;
    this.beganAt = beganAt;
    this.#given = given;
  }

  requestId(): string {
    return messageId(this.request, this.#given);
  }
}

/** One of several calls that a message brings: each has what was established for it, and they have one name. */
export class CallScope implements Scope {
  readonly request: object;
  readonly #message: Scope;

  /** @param request The one object that stands for the call in guards and handlers alike. */
  constructor(request: object, message: Scope) {
    this.request = request;
    this.#message = message;
  }

  get beganAt(): number {
    return this.#message.beganAt;
  }

  requestId(): string {
    return this.#message.requestId();
  }
}
