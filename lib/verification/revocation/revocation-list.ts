import { InvalidCredential } from '../../core/auth-error.js';
import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import { assertObject } from '../../core/assert-object.js';
import { assertClock, type Clock } from '../../core/clock.js';
import { whenReady, type MaybePromise } from '../../core/maybe-promise.js';
import { ownMembers } from '../../core/own-property.js';
import { refuseUnknown } from '../../core/refuse-unknown.js';
import { oneLine } from '../../observability/caller-facts.js';
import type { RevocationAddedEvent } from '../../observability/credential-event.js';
import { Subscribers } from '../../observability/subscribers.js';
import { assertKeyPrefix, assertStore, type StoreNeeds } from '../../stores/assert-store.js';
import type { KeyValueStore } from '../../stores/key-value-store.js';
import { StoreUnavailable } from '../../stores/store-unavailable.js';
import { exclusively, type StillHeld } from './exclusively.js';
import { revocationKey, type RevocationKind } from './revocation-keys.js';
import type { RevocableCredential, Revocation } from './revocation.js';

/** Where revocations are kept, and for how long. */
export interface RevocationListOptions {
  /** Instances that share it share the list. */
  readonly store: KeyValueStore;
  /**
   * How long a token may live, in seconds: as long as revocations are kept. What lives longer is
   * refused, because the list would forget it too early.
   *
   * @default 86_400
   */
  readonly longestTokenSeconds?: number | undefined;
  /** @default Date.now */
  readonly clock?: Clock | undefined;
  /** @default 'revoked:' */
  readonly keyPrefix?: string | undefined;
}

/** A token to revoke, by its `jti`. */
export interface TokenRevocation {
  readonly issuer: string;
  readonly tokenId: string;
  /** A date, or seconds since the epoch: of a token without `iat` that lives longer than the longest, so that it is remembered for as long. */
  readonly expiresAt?: Date | number | undefined;
}

/** The tokens of a session to revoke, by their `sid`. */
export interface SessionRevocation {
  readonly issuer: string;
  readonly sessionId: string;
}

/** The tokens of a subject to revoke, by their `sub`. */
export interface SubjectRevocation {
  readonly issuer: string;
  readonly subject: string;
  /**
   * Tokens issued in the second of this moment, or earlier, are refused: a date, or seconds since the
   * epoch. A token that does not say when it was issued is refused.
   *
   * @default now
   */
  readonly issuedBefore?: Date | number | undefined;
}

/** More than any issuer's clock may be granted, in seconds. */
const TOLERANCE_SECONDS = 600;
/** A thousand years: what `Infinity` stands for where a number is to be kept. */
const LONGEST_SECONDS = 1000 * 365 * 86_400;
const REVOKED = '1';

const NAME = 'RevocationList';

const NEEDS: StoreNeeds = {
  methods: ['get', 'getAll', 'set', 'setIfAbsent', 'delete'],
  cure: 'Give an object with the methods of a KeyValueStore: new RedisStore(client) of nestjs-portcullis/redis, or, for one process, new MemoryKeyValueStore().',
};

/**
 * A list of what was revoked before it expired, in any store.
 *
 * A revocation holds from the moment its promise is fulfilled. When one is rejected, nobody knows
 * whether it holds: repeat it.
 */
export class RevocationList implements Revocation {
  readonly #store: KeyValueStore;
  readonly #longestSeconds: number;
  readonly #clock: Clock;
  readonly #keyPrefix: string;
  readonly #subscribers = new Subscribers<RevocationAddedEvent>();

  /** @throws {AuthConfigurationError} When the store, the longest life of a token or the clock is none, or an option is none. */
  constructor(options: RevocationListOptions) {
    assertObject(NAME, options);
    refuseUnknown(NAME, options, ['store', 'longestTokenSeconds', 'keyPrefix', 'clock']);
    const {
      store,
      longestTokenSeconds,
      clock = Date.now,
      keyPrefix = 'revoked:',
    } = ownMembers(options);
    assertStore(`${NAME}.store`, store, NEEDS);
    assertClock(`${NAME}.clock`, clock);
    assertKeyPrefix(`${NAME}.keyPrefix`, keyPrefix);
    this.#store = store;
    this.#longestSeconds = longestFrom(longestTokenSeconds);
    this.#clock = clock;
    this.#keyPrefix = keyPrefix;
  }

  async revokeToken({ issuer, tokenId, expiresAt }: TokenRevocation): Promise<void> {
    const key = this.#named('token', issuer, tokenId);
    const left = expiresAt === undefined ? 0 : secondsOf(expiresAt) - this.#now();
    await this.#store.set(key, REVOKED, this.#ttlOf(left));
    this.#tell(issuer, { tokenId: oneLine(tokenId) });
  }

  async revokeSession({ issuer, sessionId }: SessionRevocation): Promise<void> {
    const key = this.#named('session', issuer, sessionId);
    await this.#store.set(key, REVOKED, this.#ttlOf(0));
    this.#tell(issuer, { sessionId: oneLine(sessionId) });
  }

  /** Of several moments the latest counts, in whatever order they are told, and by however many at once. */
  async revokeSubject({ issuer, subject, issuedBefore }: SubjectRevocation): Promise<void> {
    const key = this.#named('subject', issuer, subject);
    const moment = issuedBefore === undefined ? this.#now() : secondsOf(issuedBefore);
    // `iat` has a resolution of seconds: what was issued in that second may be from before.
    const firstGood = Math.floor(moment) + 1;
    await exclusively(this.#store, `${key}:lock`, (isHeld) => this.#raise(key, firstGood, isHeld));
    this.#tell(issuer, { subject: oneLine(subject) });
  }

  /**
   * Tells when something was revoked here. `AuthModule` does so by itself for the list that its option
   * `revocation` names: `onEvent` is told, and who did it.
   *
   * @param listener What it throws is ignored.
   * @returns Ends the subscription.
   */
  subscribe(listener: (event: RevocationAddedEvent) => void | Promise<void>): () => void {
    return this.#subscribers.add(listener);
  }

  /**
   * A token that can be named by none of its token, session and subject can only be too long-lived.
   *
   * @throws {InvalidCredential} When the list could forget it before it expires.
   */
  isRevoked(credential: RevocableCredential): MaybePromise<boolean> {
    if (this.#outlivesList(credential)) throw tooLong(credential);
    const { issuer, subject, tokenId, sessionId, issuedAt } = credential;
    const keys: string[] = [];
    if (subject !== undefined) keys.push(this.#keyOf('subject', issuer, subject));
    if (tokenId !== undefined) keys.push(this.#keyOf('token', issuer, tokenId));
    if (sessionId !== undefined) keys.push(this.#keyOf('session', issuer, sessionId));
    return whenReady(this.#store.getAll(keys), (values) => {
      if (values.length !== keys.length) throw new StoreUnavailable('reply');
      const isSubjectAsked = subject !== undefined;
      const named = isSubjectAsked ? values.slice(1) : values;
      const before = isSubjectAsked ? values[0] : undefined;
      return named.some((value) => value !== undefined) || isBefore(issuedAt, before);
    });
  }

  #tell(
    issuer: string,
    revoked: Pick<RevocationAddedEvent, 'tokenId' | 'sessionId' | 'subject'>,
  ): void {
    this.#subscribers.tell({ type: 'revocation.added', issuer: oneLine(issuer), ...revoked });
  }

  /** Never lowers what is there: the tokens that an earlier call refused stay refused. */
  async #raise(key: string, firstGood: number, isHeld: StillHeld): Promise<void> {
    const earlier = await this.#store.get(key);
    if (earlier !== undefined && !(firstGood > Number(earlier))) return;
    const ttl = this.#ttlOf(firstGood - this.#now() + this.#longestSeconds);
    if (!isHeld()) throw new StoreUnavailable('locked');
    await this.#store.set(key, String(firstGood), ttl);
  }

  /**
   * Whether the list could forget the credential before it expires. What it says of its whole life
   * counts: near its end, what was revoked at its beginning would be forgotten.
   */
  #outlivesList({ issuedAt, expiresAt }: RevocableCredential): boolean {
    const start = Math.min(issuedAt ?? Infinity, this.#now());
    return !(expiresAt - start <= this.#longestSeconds + TOLERANCE_SECONDS / 2);
  }

  /** @param seconds For how long it has to be known at least. */
  #ttlOf(seconds: number): number {
    const least = Math.max(seconds, this.#longestSeconds);
    return Math.min(least, LONGEST_SECONDS) + TOLERANCE_SECONDS;
  }

  /** In seconds since the epoch. */
  #now(): number {
    return this.#clock() / 1000;
  }

  /** @throws {TypeError} When something has no name: nothing would be revoked. */
  #named(kind: RevocationKind, issuer: unknown, name: unknown): string {
    const isNamed = typeof issuer === 'string' && typeof name === 'string';
    if (isNamed && issuer !== '' && name !== '') return this.#keyOf(kind, issuer, name);
    throw new TypeError('What is revoked has an issuer, and a name');
  }

  #keyOf(kind: RevocationKind, issuer: string, name: string): string {
    return `${this.#keyPrefix}${revocationKey(kind, issuer, name)}`;
  }
}

/** @throws {AuthConfigurationError} When it is no length of time, such as a text: that would be added to others as one. */
function longestFrom(seconds: unknown = 86_400): number {
  if (typeof seconds === 'number' && seconds >= 1 && seconds <= LONGEST_SECONDS) return seconds;
  const cure = 'Give the longest life that a token of your issuers has, in seconds.';
  throw new AuthConfigurationError(`${NAME}.longestTokenSeconds`, 'is no length of time', cure);
}

/** Says that nobody revoked it: it would be looked for on the list in vain. */
function tooLong({ expiresAt }: RevocableCredential): InvalidCredential {
  const how = expiresAt === Infinity ? 'has no exp, so that it outlives' : 'lives longer than';
  return new InvalidCredential('token_revoked', { detail: `it ${how} longestTokenSeconds` });
}

/** Written so that no date, and a value that is none, refuse. */
function isBefore(issuedAt: number | undefined, firstGood: string | undefined): boolean {
  if (firstGood === undefined) return false;
  return !(issuedAt !== undefined && issuedAt >= Number(firstGood));
}

/** @throws {TypeError} When it is no date. */
function secondsOf(instant: Date | number): number {
  const seconds: unknown = instant instanceof Date ? instant.getTime() / 1000 : instant;
  if (typeof seconds === 'number' && Number.isFinite(seconds)) return seconds;
  throw new TypeError('A date of a revocation is none');
}
