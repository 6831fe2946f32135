import { LRUCache } from 'lru-cache';
import type { Clock } from '../core/clock.js';
import type { MaybePromise } from '../core/maybe-promise.js';
import type { GrantedToken } from './granted-token.js';
import { HeldToken } from './held-token.js';
import type { SharedTokens } from './shared-tokens.js';
import type { TokenEndpoint } from './token-endpoint.js';
import { parametersOf, type TokenPurpose } from './token-purpose.js';

/** Told of what happens to the tokens of a service. No event holds one. */
export interface TokenEvents {
  readonly onObtained: (service: string, lifetimeSeconds: number) => void;
  readonly onFailing: (service: string, failure: unknown, isServing: boolean) => void;
}

/** A service that is called, and where tokens for it are asked for. */
export interface ServiceCredentialsParts {
  readonly name: string;
  readonly endpoint: TokenEndpoint;
  readonly purpose: TokenPurpose;
  /** `undefined`: each instance asks for tokens of its own. */
  readonly shared?: SharedTokens | undefined;
}

/** So many purposes of one service are remembered; the one used least lately makes room. */
const MAX_PURPOSES = 100;

/**
 * Our own credentials for one service: tokens by client credentials (RFC 6749 section 4.4), one for each
 * purpose, never one purpose's for another.
 */
export class ServiceCredentials {
  readonly #parts: ServiceCredentialsParts;
  readonly #clock: Clock;
  readonly #events: TokenEvents;
  readonly #held = new LRUCache<string, HeldToken>({ max: MAX_PURPOSES });

  constructor(parts: ServiceCredentialsParts, clock: Clock, events: TokenEvents) {
    this.#parts = parts;
    this.#clock = clock;
    this.#events = events;
  }

  /**
   * @param purpose What differs from what is configured.
   * @throws {AuthUnavailable} When there is no token, and none can be had.
   */
  token(purpose: TokenPurpose = {}): MaybePromise<GrantedToken> {
    return this.#heldFor(purpose).get();
  }

  /** A token was not accepted. @returns Whether another one is worth trying. */
  reject(refused: GrantedToken, purpose: TokenPurpose = {}): boolean {
    return this.#heldFor(purpose).reject(refused);
  }

  #heldFor(given: TokenPurpose): HeldToken {
    const purpose = { ...this.#parts.purpose, ...parametersOf(given) };
    const key = JSON.stringify([purpose.scope, purpose.audience, purpose.resource]);
    const known = this.#held.get(key);
    if (known) return known;
    const held = this.#holder(purpose);
    this.#held.set(key, held);
    return held;
  }

  #holder(purpose: TokenPurpose): HeldToken {
    const { name, endpoint, shared } = this.#parts;
    const parameters = parametersOf(purpose);
    return new HeldToken({
      clock: this.#clock,
      endpoint: endpoint.health,
      obtain: (previous) => {
        const ask = (): Promise<GrantedToken> =>
          endpoint.grant({ grantType: 'client_credentials', parameters });
        return shared ? shared.obtain({ purpose, previous, ask }) : ask();
      },
      onObtained: ({ lifetimeSeconds }) => {
        this.#events.onObtained(name, lifetimeSeconds);
      },
      onFailing: (failure, isServing) => {
        this.#events.onFailing(name, failure, isServing);
      },
    });
  }
}
