import { randomUUID } from 'node:crypto';
import { hiddenNotes } from '../core/hidden-notes.js';
import { isSafeRequestId, type Scope } from './request-scope.js';

const ids = hiddenNotes<string>();

/**
 * What a message is called everywhere: the same for guards and handlers.
 *
 * @param message The one object that stands for it.
 * @param given What its sender calls it, safe or not.
 */
export function messageId(message: object, given: string | undefined): string {
  const id = ids.get(message) ?? (isSafeRequestId(given) ? given : randomUUID());
  ids.set(message, id);
  return id;
}

/** A message from when its handler is called. */
export class MessageScope implements Scope {
  readonly request: object;
  readonly beganAt: number;
  readonly #given: string | undefined;

  /**
   * @param request The one object that stands for the message in guards and handlers alike.
   * @param given What its sender calls it, safe or not.
   */
  constructor(request: object, beganAt: number, given: string | undefined) {
    this.request = request;
    this.beganAt = beganAt;
    this.#given = given;
  }

  requestId(): string {
    return messageId(this.request, this.#given);
  }
}
