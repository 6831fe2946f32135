import { randomUUID } from 'node:crypto';
import { isSafeRequestId, type Scope } from './request-scope.js';

/** A message from when its handler is called. */
export class MessageScope implements Scope {
  readonly request: object;
  readonly beganAt: number;
  readonly #given: string | undefined;
  #id: string | undefined;

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
    this.#id ??= isSafeRequestId(this.#given) ? this.#given : randomUUID();
    return this.#id;
  }
}
