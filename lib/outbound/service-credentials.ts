import { LRUCache } from 'lru-cache';
import type { Clock } from '../core/clock.js';
import type { MaybePromise } from '../core/maybe-promise.js';
import type { TokenFailingEvent, TokenObtainedEvent } from '../observability/token-event.js';
import type { GrantedToken } from './granted-token.js';
import { HeldToken } from './held-token.js';
import type { SharedTokens } from './shared-tokens.js';
import type { TokenEndpoint } from './token-endpoint.js';
import { serviceInWords, type StatedPurpose } from './token-purpose.js';

/** Told of what happens to the tokens of a service. No event holds one. */
export interface TokenEvents {
  readonly onObtained: (told: Omit<TokenObtainedEvent, 'type'>) => void;
  readonly onFailing: (told: Omit<TokenFailingEvent, 'type'>) => void;
}

/** A service that is called, and where tokens for it are asked for. */
export interface ServiceCredentialsParts {
  readonly name: string;
  readonly endpoint: TokenEndpoint;
  readonly purpose: StatedPurpose;
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
  token(purpose: StatedPurpose = {}): MaybePromise<GrantedToken> {
    return this.#heldFor(purpose).get();
  }

  /** A token was not accepted. @returns Whether another one is worth trying. */
  reject(refused: GrantedToken, purpose: StatedPurpose = {}): boolean {
    return this.#heldFor(purpose).reject(refused);
  }

  #heldFor(given: StatedPurpose): HeldToken {
    const purpose = { ...this.#parts.purpose, ...given };
    const key = JSON.stringify([purpose.scope, purpose.audience, purpose.resource]);
    const known = this.#held.get(key);
    if (known) return known;
    const held = this.#holder(purpose);
    this.#held.set(key, held);
    return held;
  }

  #holder(purpose: StatedPurpose): HeldToken {
    const { name, endpoint, shared } = this.#parts;
    const parameters: Readonly<Record<string, string>> = { ...purpose };
    return new HeldToken({
      name: serviceInWords(name, purpose),
      clock: this.#clock,
      endpoint: endpoint.health,
      obtain: (previous) => {
        const ask = (): Promise<GrantedToken> =>
          endpoint.grant({ grantType: 'client_credentials', parameters });
        return shared ? shared.obtain({ purpose, previous, ask }) : ask();
      },
      onObtained: ({ lifetimeSeconds }) => {
        this.#events.onObtained({ service: name, purpose, lifetimeSeconds });
      },
      onFailing: (cause, isServing) => {
        this.#events.onFailing({ service: name, purpose, cause, isServing });
      },
    });
  }
}
