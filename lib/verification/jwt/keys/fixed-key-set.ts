import type { JwtHeader } from '../header-checks.js';
import type { MaybePromise } from '../../../core/maybe-promise.js';
import type { KeySet, KeyState, VerificationKey } from './key-set.js';

/** Keys given in the configuration: they have no source to be read anew from, and never go. */
export abstract class FixedKeySet implements KeySet {
  readonly generation = 1;

  abstract candidates(header: JwtHeader): MaybePromise<readonly VerificationKey[]>;

  /** How many there are. */
  protected abstract readonly size: number;

  vouchesFor(): boolean {
    return true;
  }

  hydrate(): Promise<void> {
    return Promise.resolve();
  }

  refresh(): Promise<void> {
    return Promise.resolve();
  }

  state(): KeyState {
    return {
      status: 'fixed',
      keys: this.size,
      fetchedAt: undefined,
      failingSince: undefined,
      nextAttemptAt: undefined,
    };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
