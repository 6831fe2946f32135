import { steady, type Clock } from '../core/clock.js';
import type { AuthenticatedPrincipal } from '../core/principal.js';
import { ShortMemory, type MemorySettings } from '../stores/short-memory.js';

/** How much is remembered of users; with an age of 0, nothing is. */
export interface UserCacheSettings extends MemorySettings {
  readonly clock: Clock;
}

interface RememberedUser {
  readonly subject: string;
  readonly user: object;
}

/**
 * The users that were loaded lately, in this process. Inject it to forget one whose account has changed.
 *
 * @publicApi
 */
export class UserCache {
  readonly #users: ShortMemory<RememberedUser>;
  readonly #isKept: boolean;
  #epoch = 0;

  constructor({ clock, ...settings }: UserCacheSettings) {
    this.#users = new ShortMemory(settings, steady(clock));
    this.#isKept = settings.maxAgeMs > 0;
  }

  /** Forgets a user, so that the next request asks anew; without a subject, all of them. */
  forget(subject?: string): void {
    this.#epoch += 1;
    this.#users.deleteWhere((known) => subject === undefined || known.subject === subject);
  }

  /** @internal Grows when something is forgotten: what was asked for before is then not remembered. */
  get epoch(): number {
    return this.#epoch;
  }

  /** @internal */
  recall(principal: AuthenticatedPrincipal): object | undefined {
    return this.#isKept ? this.#users.get(keyOf(principal))?.user : undefined;
  }

  /**
   * @internal
   * @param epoch That of when the user was asked for.
   */
  remember(principal: AuthenticatedPrincipal, user: object, epoch: number): void {
    if (!this.#isKept || epoch !== this.#epoch) return;
    this.#users.set(keyOf(principal), { subject: principal.subject, user });
  }
}

/** One user may be known under the same name to several issuers, and be another in each. */
function keyOf(principal: AuthenticatedPrincipal): string {
  const { issuer, kind, subject, organizationId, credentialKind } = principal;
  return JSON.stringify([issuer, kind, subject, organizationId, credentialKind]);
}
