import type { AuthEvent, AuthEventListener } from './auth-event.js';

/** Hands events to the listeners; a listener that fails changes no verdict. */
export class AuthEvents {
  readonly #listeners: readonly AuthEventListener[];
  readonly #onFailure: (failure: unknown) => void;

  constructor(listeners: readonly AuthEventListener[], onFailure: (failure: unknown) => void) {
    this.#listeners = listeners;
    this.#onFailure = onFailure;
  }

  emit(event: AuthEvent): void {
    for (const listener of this.#listeners) {
      try {
        const promised = listener(event);
        if (promised) Promise.resolve(promised).catch(this.#onFailure);
      } catch (failure) {
        this.#onFailure(failure);
      }
    }
  }
}
