import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { AuthUnavailable, Forbidden } from '../core/auth-error.js';
import { steady, type Clock } from '../core/clock.js';
import type { MaybePromise } from '../core/maybe-promise.js';
import { EndpointHealth } from '../endpoint/endpoint-health.js';
import { usableMs, YOUNG_MS, type GrantedToken } from './granted-token.js';
import { detailOf, TokenEndpointError } from './token-endpoint-error.js';
import type { TokenEndpoint } from './token-endpoint.js';
import { serviceInWords, type StatedPurpose } from './token-purpose.js';

/** The token that somebody came with, and for how long it holds. */
export interface SubjectToken {
  readonly value: string;
  /** In seconds since the epoch; `Infinity` where that is not known. */
  readonly expiresAt: number;
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
}

const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

/** So many exchanged tokens are remembered of one service. */
const MAX_TOKENS = 10_000;

/** Whoever was refused does not ask again before, in milliseconds. */
const REFUSED_MS = 30_000;

/** Refusals that are about us, and not about the token that was to be exchanged. */
const ABOUT_US = new Set<string | undefined>([
  ...['invalid_client', 'unauthorized_client', 'unsupported_grant_type', 'invalid_scope'],
  ...['invalid_target', undefined],
]);

/**
 * Exchanges the token that somebody came with for one that another service accepts, in which we are the
 * actor (RFC 8693). It is remembered for as long as both hold, under the SHA-256 of the first.
 */
export class ExchangedTokens {
  readonly #parts: ExchangeParts;
  readonly #now: Clock;
  readonly #health: EndpointHealth;
  readonly #known = new LRUCache<string, Exchanged>({ max: MAX_TOKENS });
  readonly #underWay = new Map<string, Promise<GrantedToken>>();

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
    this.#now = steady(parts.clock);
    this.#health = new EndpointHealth(parts.clock, this.#now);
  }

  /**
   * @throws {Forbidden} When the server does not exchange this token.
   * @throws {AuthUnavailable} When nobody can tell.
   */
  token(subject: SubjectToken): MaybePromise<GrantedToken> {
    const key = keyOf(subject);
    const known = this.#known.get(key);
    if (known && this.#now() < known.usableUntil) return known.granted;
    return this.#underWay.get(key) ?? this.#begin(key, subject);
  }

  /**
   * Somebody did not accept what it was exchanged for: it is exchanged anew, unless that has happened
   * already, or a moment ago.
   *
   * @returns Whether it is worth trying again.
   */
  reject(subject: SubjectToken, refused: GrantedToken): boolean {
    const key = keyOf(subject);
    const known = this.#known.get(key);
    if (known?.granted !== refused) return true;
    if (this.#now() < known.askedAt + YOUNG_MS) return false;
    this.#known.delete(key);
    return true;
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
      if (this.#health.pauseMs > 0) throw this.#health.lastFailure;
      const granted = await this.#grant(subject);
      const life = Math.min(granted.lifetimeSeconds * 1000, subjectLives);
      this.#known.set(key, { granted, askedAt, usableUntil: askedAt + usableMs(life) });
      return granted;
    } catch (failure) {
      throw this.#verdict(failure);
    }
  }

  async #grant({ value }: SubjectToken): Promise<GrantedToken> {
    try {
      const granted = await this.#parts.endpoint.grant({
        grantType: TOKEN_EXCHANGE,
        parameters: {
          ...this.#parts.purpose,
          subject_token: value,
          subject_token_type: ACCESS_TOKEN,
        },
        persistently: this.#health.isWell,
      });
      this.#health.answered();
      return granted;
    } catch (failure) {
      this.#weigh(failure);
      throw failure;
    }
  }

  /** What is wrong with one token is no reason to leave the server alone. */
  #weigh(failure: unknown): void {
    if (isAboutSubject(failure)) return;
    const wasWell = this.#health.isWell;
    const isRefused =
      failure instanceof TokenEndpointError && failure.problem === 'token_endpoint_rejected';
    const pauseMs = failure instanceof TokenEndpointError ? failure.pauseMs : 0;
    this.#health.failed(failure, false, isRefused ? Math.max(REFUSED_MS, pauseMs) : pauseMs);
    if (wasWell) this.#parts.onFailing(failure);
  }

  #verdict(cause: unknown): Error {
    if (isAboutSubject(cause)) {
      return new Forbidden('exchange_refused', { cause, detail: cause.error });
    }
    const reason =
      cause instanceof TokenEndpointError ? cause.problem : 'token_endpoint_unavailable';
    const retryAfterSeconds = this.#health.pauseMs / 1000;
    const { name, purpose } = this.#parts;
    const detail = detailOf(serviceInWords(name, purpose), cause);
    return new AuthUnavailable(reason, { cause, detail, retryAfterSeconds });
  }
}

function isAboutSubject(failure: unknown): failure is TokenEndpointError {
  return (
    failure instanceof TokenEndpointError &&
    failure.problem === 'token_endpoint_rejected' &&
    !ABOUT_US.has(failure.error)
  );
}

function keyOf({ value }: SubjectToken): string {
  return hash('sha256', value, 'base64url');
}
