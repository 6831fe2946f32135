import type { AuthEvent, AuthEventListener } from './auth-event.js';

/** Hands events to the log and the listeners; one that fails changes no verdict. */
export class AuthEvents {
  /** Whether anybody but the log listens: what only they are told need not be made otherwise. */
  readonly hasListeners: boolean;
  readonly #listeners: readonly AuthEventListener[];
  readonly #onFailure: (failure: unknown) => void;

  /** @param log Told first, and no listener of the application's. */
  constructor(
    listeners: readonly AuthEventListener[],
    onFailure: (failure: unknown) => void,
    log?: AuthEventListener,
  ) {
    this.hasListeners = listeners.length > 0;
    this.#listeners = log ? [log, ...listeners] : listeners;
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
