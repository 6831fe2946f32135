import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { Forbidden } from '../core/auth-error.js';
import { steady, type Clock } from '../core/clock.js';
import type { MaybePromise } from '../core/maybe-promise.js';
import { ExchangeFailures } from './exchange-failures.js';
import { usableMs, YOUNG_MS, type GrantedToken } from './granted-token.js';
import type { TokenEndpoint } from './token-endpoint.js';
import { serviceInWords, type StatedPurpose } from './token-purpose.js';

/** The token that somebody came with, and for how long it holds. */
export interface SubjectToken {
  readonly value: string;
  /** In seconds since the epoch; `Infinity` where that is not known. */
  readonly expiresAt: number;
  /** Whose it is, whichever of their tokens it may be; default: whoever has this one. */
  readonly owner?: string | undefined;
}

/** How tokens are exchanged. */
export interface ExchangeParts {
  /** The service. */
  readonly name: string;
  readonly endpoint: TokenEndpoint;
  readonly purpose: StatedPurpose;
  readonly clock: Clock;
  /** Told when it begins to fail, and not each time. */
  readonly onFailing: (failure: unknown) => void;
}

interface Exchanged {
  readonly granted: GrantedToken;
  readonly askedAt: number;
  readonly usableUntil: number;
  /** Whether somebody did not accept it: it serves until there is another one. */
  readonly isSuspect: boolean;
}

const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

/** So many exchanged tokens are remembered of one service, and so many failures. */
const MAX_TOKENS = 10_000;

/**
 * Exchanges the token that somebody came with for one that another service accepts, in which we are the
 * actor (RFC 8693). It is remembered for as long as both hold, under the SHA-256 of the first.
 */
export class ExchangedTokens {
  readonly #parts: ExchangeParts;
  readonly #now: Clock;
  readonly #known = new LRUCache<string, Exchanged>({ max: MAX_TOKENS });
  readonly #failures: ExchangeFailures;
  readonly #underWay = new Map<string, Promise<GrantedToken>>();

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
    this.#now = steady(parts.clock);
    const { clock, onFailing } = parts;
    const { health: endpoint } = parts.endpoint;
    const name = serviceInWords(parts.name, parts.purpose);
    this.#failures = new ExchangeFailures({ name, clock, endpoint, onFailing });
  }

  /**
   * @throws {Forbidden} When the server does not exchange this token.
   * @throws {AuthUnavailable} When nobody can tell.
   */
  token(subject: SubjectToken): MaybePromise<GrantedToken> {
    const key = digestOf(subject.value);
    const known = this.#valid(key);
    if (known && !known.isSuspect) return known.granted;
    return this.#underWay.get(key) ?? this.#begin(key, subject);
  }

  /**
   * Somebody did not accept what it was exchanged for: it is exchanged anew, unless that has happened
   * already, or a moment ago.
   *
   * @returns Whether it is worth trying again.
   */
  reject(subject: SubjectToken, refused: GrantedToken): boolean {
    const key = digestOf(subject.value);
    const known = this.#known.get(key);
    if (known?.granted !== refused) return true;
    if (this.#now() < known.askedAt + YOUNG_MS) return false;
    this.#known.set(key, { ...known, isSuspect: true });
    return true;
  }

  #valid(key: string): Exchanged | undefined {
    const known = this.#known.get(key);
    return known && this.#now() < known.usableUntil ? known : undefined;
  }

  /** It is over no sooner than it is written down, even where nobody is asked. */
  #begin(key: string, subject: SubjectToken): Promise<GrantedToken> {
    const underWay = this.#exchange(key, subject).finally(() => {
      this.#underWay.delete(key);
    });
    this.#underWay.set(key, underWay);
    return underWay;
  }

  async #exchange(key: string, subject: SubjectToken): Promise<GrantedToken> {
    const { clock } = this.#parts;
    const askedAt = this.#now();
    const subjectLives = subject.expiresAt * 1000 - clock();
    try {
      const granted = await this.#grant(key, subject);
      const life = Math.min(granted.lifetimeSeconds * 1000, subjectLives);
      const usableUntil = askedAt + usableMs(life);
      this.#known.set(key, { granted, askedAt, usableUntil, isSuspect: false });
      return granted;
    } catch (failure) {
      return this.#instead(key, failure as Error);
    }
  }

  /** What was suspect is still the best there is, unless the server said that nothing is. */
  #instead(key: string, verdict: Error): GrantedToken {
    if (verdict instanceof Forbidden) this.#known.delete(key);
    const known = this.#valid(key);
    if (known) return known.granted;
    throw verdict;
  }

  async #grant(key: string, { value, owner }: SubjectToken): Promise<GrantedToken> {
    const caller = owner === undefined ? key : digestOf(owner);
    const who = { token: key, caller };
    this.#failures.assertNone(who);
    const parameters = {
      ...this.#parts.purpose,
      subject_token: value,
      subject_token_type: ACCESS_TOKEN,
    };
    try {
      const { endpoint } = this.#parts;
      const granted = await endpoint.grant({ grantType: TOKEN_EXCHANGE, parameters, caller });
      this.#failures.exchanged();
      return granted;
    } catch (failure) {
      throw this.#failures.verdict(who, failure);
    }
  }
}

function digestOf(value: string): string {
  return hash('sha256', value, 'base64url');
}
