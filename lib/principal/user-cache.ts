import { LRUCache } from 'lru-cache';
import { steady, type Clock } from '../core/clock.js';
import type { AuthenticatedPrincipal } from '../core/principal.js';

/** How much is remembered of users. */
export interface UserCacheSettings {
  readonly clock: Clock;
  /** 0: nothing is. */
  readonly maxAgeMs: number;
  readonly maxEntries: number;
}

interface RememberedUser {
  readonly subject: string;
  readonly user: object;
  readonly forgetAt: number;
}

/**
 * The users that were loaded lately, in this process. Inject it to forget one whose account has changed.
 *
 * @publicApi
 */
export class UserCache {
  readonly #users: LRUCache<string, RememberedUser>;
  readonly #maxAgeMs: number;
  readonly #now: Clock;
  #epoch = 0;

  constructor({ clock, maxAgeMs, maxEntries }: UserCacheSettings) {
    this.#users = new LRUCache({ max: maxEntries });
    this.#maxAgeMs = maxAgeMs;
    this.#now = steady(clock);
  }

  /** Forgets a user, so that the next request asks anew; without a subject, all of them. */
  forget(subject?: string): void {
    this.#epoch += 1;
    for (const [key, { subject: known }] of this.#users.entries()) {
      if (subject === undefined || known === subject) this.#users.delete(key);
    }
  }

  /** @internal Grows when something is forgotten: what was asked for before is then not remembered. */
  get epoch(): number {
    return this.#epoch;
  }

  /** @internal */
  recall(principal: AuthenticatedPrincipal): object | undefined {
    if (this.#maxAgeMs === 0) return;
    const found = this.#users.get(keyOf(principal));
    return found && this.#now() < found.forgetAt ? found.user : undefined;
  }

  /**
   * @internal
   * @param epoch That of when the user was asked for.
   */
  remember(principal: AuthenticatedPrincipal, user: object, epoch: number): void {
    if (this.#maxAgeMs === 0 || epoch !== this.#epoch) return;
    const { subject } = principal;
    this.#users.set(keyOf(principal), { subject, user, forgetAt: this.#now() + this.#maxAgeMs });
  }
}

/** One user may be known under the same name to several issuers, and be another in each. */
function keyOf(principal: AuthenticatedPrincipal): string {
  const { issuer, kind, subject, organizationId, credentialKind } = principal;
  return JSON.stringify([issuer, kind, subject, organizationId, credentialKind]);
}
