import { hash } from 'node:crypto';
import { InvalidCredential } from '../../core/auth-error.js';
import { steady, type Clock } from '../../core/clock.js';
import type { Credential } from '../../core/credential.js';
import type { MaybePromise } from '../../core/maybe-promise.js';
import type { CredentialVerifier } from '../credential-verifier.js';
import { presentedAs } from '../presented-as.js';
import { ShortMemory, type MemorySettings } from '../../stores/short-memory.js';
import { assertLength } from '../token-length.js';
import type { IntrospectedToken } from './introspected-token.js';
import type { IntrospectionVerifier } from './introspection-verifier.js';

/** How many inactive tokens are remembered, and for how long. */
const INACTIVE: MemorySettings = { maxEntries: 512, maxAgeMs: 5000 };

/** What remembering takes. */
export interface CachingIntrospectionVerifierParts {
  readonly verifier: IntrospectionVerifier;
  readonly clock: Clock;
  /** How much is remembered of active tokens. */
  readonly settings: MemorySettings;
}

/**
 * Asks about a token when it is presented first, and answers at once when it is presented again soon:
 * for as long as a revoked token may still be accepted, and never when it expired.
 *
 * Tokens are known by their SHA-256, and what could not be found out is never remembered.
 */
export class CachingIntrospectionVerifier implements CredentialVerifier {
  readonly #verifier: IntrospectionVerifier;
  readonly #clock: Clock;
  readonly #now: Clock;
  readonly #active: ShortMemory<IntrospectedToken>;
  readonly #inactive: ShortMemory<true>;
  readonly #underWay = new Map<string, Promise<IntrospectedToken>>();

  constructor({ verifier, clock, settings }: CachingIntrospectionVerifierParts) {
    this.#verifier = verifier;
    this.#clock = clock;
    this.#now = steady(clock);
    this.#active = new ShortMemory(settings, this.#now);
    this.#inactive = new ShortMemory(INACTIVE, this.#now);
  }

  /** How many tokens are remembered, for whoever watches over memory. */
  get size(): { readonly active: number; readonly inactive: number; readonly underWay: number } {
    return {
      active: this.#active.size,
      inactive: this.#inactive.size,
      underWay: this.#underWay.size,
    };
  }

  claims(credential: Credential): boolean {
    return this.#verifier.claims(credential);
  }

  verify(credential: Credential): MaybePromise<IntrospectedToken> {
    assertLength(credential.value);
    const key = keyOf(credential.value);
    const known = this.#recall(key);
    return known ? presentedAs(credential, known) : this.#share(key, credential);
  }

  /** Asks anew about a token from now on, whatever is known or being asked. */
  forget(token: string): void {
    const key = keyOf(token);
    this.#active.delete(key);
    this.#inactive.delete(key);
    this.#underWay.delete(key);
  }

  /** Asks anew about every token from now on. */
  forgetAll(): void {
    this.#active.clear();
    this.#inactive.clear();
    this.#underWay.clear();
  }

  /** Ends all that is under way. */
  close(): void {
    this.#verifier.close();
  }

  /**
   * What was found out before, if it still holds. Where only the tolerance of the clocks lets it, the
   * server is asked.
   *
   * @throws {InvalidCredential} When the token expired since, or was inactive a moment ago.
   */
  #recall(key: string): IntrospectedToken | undefined {
    const active = this.#active.get(key);
    if (!active) {
      if (this.#inactive.get(key)) throw new InvalidCredential('token_inactive');
      return;
    }
    const now = this.#clock() / 1000;
    const { from, until, expiresAt } = active.validity;
    // Written so that a clock which tells no time denies.
    if (!(now < until)) throw new InvalidCredential('token_expired');
    return now >= from && now < expiresAt ? active : undefined;
  }

  /** Whoever presents the same token meanwhile waits for the same answer. */
  #share(key: string, credential: Credential): Promise<IntrospectedToken> {
    const underWay = this.#underWay.get(key);
    if (underWay) return underWay.then((verified) => presentedAs(credential, verified));
    const asked = this.#verifier.verify(credential);
    this.#underWay.set(key, asked);
    return this.#remember(key, asked);
  }

  /** What was forgotten meanwhile is not remembered after all. */
  async #remember(key: string, asked: Promise<IntrospectedToken>): Promise<IntrospectedToken> {
    const since = this.#now();
    const isWanted = (): boolean => this.#underWay.get(key) === asked;
    try {
      const verified = await asked;
      if (isWanted()) this.#active.set(key, verified, since);
      return verified;
    } catch (failure) {
      if (isWanted()) this.#unlearn(key, failure);
      throw failure;
    } finally {
      if (isWanted()) this.#underWay.delete(key);
    }
  }

  #unlearn(key: string, failure: unknown): void {
    if (!(failure instanceof InvalidCredential)) return;
    this.#active.delete(key);
    if (failure.reason === 'token_inactive') this.#inactive.set(key, true);
  }
}

function keyOf(token: string): string {
  return hash('sha256', token, 'base64url');
}
