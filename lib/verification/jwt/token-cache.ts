import { steady, type Clock } from '../../core/clock.js';
import type { Credential } from '../../core/credential.js';
import { hiddenNotes } from '../../core/hidden-notes.js';
import { ShortMemory, type MemorySettings, type Remembered } from '../../stores/short-memory.js';
import type { VerifiedJwt } from './verified-jwt.js';

/** How many bad signatures are remembered, and for how long. */
const REFUSED = { maxEntries: 512, maxAgeMs: 5000 };

/** How much is remembered of good tokens. */
export type TokenCacheSettings = MemorySettings;

/** How much of a token's end it is looked up by, in characters: as many bits as SHA-256 has. */
const TAIL = 43;

/**
 * Remembers the outcomes of verifications: identities, never decisions.
 *
 * Good tokens are looked up by the end of the signature, and count as found only when they are the same
 * from end to end: nothing that differs in a single character is the same. The token is held anyway,
 * for whoever asks for the credential.
 *
 * What is found here still has to be measured against the clock and the issuers' keys, each time.
 */
export class TokenCache {
  readonly #accepted: ShortMemory<VerifiedJwt>;
  readonly #refused: ShortMemory<number>;
  /** Of lasting credentials, so that nobody looks their tokens up with each message. */
  readonly #ofLasting = hiddenNotes<Remembered<VerifiedJwt> | undefined>();
  readonly #now: Clock;

  constructor(settings: TokenCacheSettings, clock: Clock) {
    this.#now = steady(clock);
    this.#accepted = new ShortMemory(settings, this.#now);
    this.#refused = new ShortMemory(REFUSED, this.#now);
  }

  accepted(credential: Credential): VerifiedJwt | undefined {
    const known = credential.isLasting ? this.#ofLasting.get(credential) : undefined;
    if (known && this.#now() < known.forgetAt) return known.value;
    const { value: token } = credential;
    const found = this.#accepted.find(token.slice(-TAIL));
    if (found?.value.credential.value !== token) return;
    if (credential.isLasting) this.#ofLasting.set(credential, found);
    return found.value;
  }

  accept(verified: VerifiedJwt): void {
    this.#accepted.set(verified.credential.value.slice(-TAIL), verified);
  }

  /** The generation of keys by which the signature was found bad. */
  refused(token: string): number | undefined {
    return this.#refused.get(token);
  }

  refuse(token: string, generation: number): void {
    this.#refused.set(token, generation);
  }

  forget(credential: Credential): void {
    this.#accepted.delete(credential.value.slice(-TAIL));
    if (credential.isLasting) this.#ofLasting.set(credential, undefined);
  }
}
