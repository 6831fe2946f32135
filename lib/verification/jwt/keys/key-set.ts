import type { CryptoKey } from 'jose';
import type { MaybePromise } from '../../../core/maybe-promise.js';
import type { JwtHeader } from '../header-checks.js';

/** What a signature is verified with. */
export interface VerificationKey {
  /** A public key, or the secret of an HMAC. */
  readonly key: CryptoKey | Uint8Array;
  /** Which key it is, whatever it is called (RFC 7638). */
  readonly thumbprint: string;
}

/** How the keys of an issuer are, for health checks. */
export interface KeySetState {
  /** As configured. */
  readonly issuer: string;
  /**
   * Whether it was looked up (`dynamicIssuers`). The outage of one tenant is no reason to take an
   * instance out of service.
   */
  readonly isDynamic: boolean;
  /**
   * - `fixed`: given in the configuration.
   * - `fresh`: fetched, and not to be fetched again yet.
   * - `stale`: the issuer does not answer, and the keys it last published are still trusted; or
   *   nobody has asked for them for a while.
   * - `unavailable`: there are no keys that could be trusted; until they are fetched, requests wait
   *   for that, or are answered with 503.
   */
  readonly status: 'fixed' | 'fresh' | 'stale' | 'unavailable';
  /** How many keys can verify a signature. */
  readonly keys: number;
  /** When the keys were last known to be current, in milliseconds since the epoch. */
  readonly fetchedAt: number | undefined;
  /** Since when every attempt to fetch them has failed, in milliseconds since the epoch. */
  readonly failingSince: number | undefined;
  /** Before this no attempt is made on behalf of requests, in milliseconds since the epoch; set while failing. */
  readonly nextAttemptAt: number | undefined;
}

/** What a key set can tell of itself. */
export type KeyState = Omit<KeySetState, 'issuer' | 'isDynamic'>;

/** The keys of one issuer. */
export interface KeySet {
  /**
   * The keys that may have made the signature: usually one, none when the set has no such key, and
   * never more than {@link MAX_CANDIDATES}.
   *
   * @param isPlausible Asked before the issuer is bothered because of a key that nobody knows.
   * @throws {InvalidCredential} When the header does not say which of several keys it means, or the
   *   key it means is unusable.
   * @throws {AuthUnavailable} When the keys cannot be had at present.
   */
  candidates(
    header: JwtHeader,
    isPlausible: () => boolean,
  ): MaybePromise<readonly VerificationKey[]>;

  /** Whether what this key verified may still be believed. */
  vouchesFor(thumbprint: string): boolean;

  /** Grows when keys come or go. */
  readonly generation: number;

  /** Makes sure, at boot, that keys are there. */
  hydrate(): Promise<void>;

  /** Reads the keys anew, if they come from elsewhere. */
  refresh(): Promise<void>;

  state(): KeyState;

  /** Ends whatever is under way, and begins nothing more. */
  close(): Promise<void>;
}

/** How many keys of the same `kid` are tried before a signature counts as bad. */
export const MAX_CANDIDATES = 4;
