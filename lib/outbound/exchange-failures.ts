import { LRUCache } from 'lru-cache';
import { AuthUnavailable, Forbidden } from '../core/auth-error.js';
import { steady, type Clock } from '../core/clock.js';
import { EndpointHealth } from '../endpoint/endpoint-health.js';
import { detailOf, TokenEndpointError } from './token-endpoint-error.js';
import { REFUSED_MS, type TokenEndpointHealth } from './token-endpoint-health.js';

/** Whose token was to be exchanged: both in digests. */
export interface ExchangingCaller {
  /** Another one of the same caller may fare better. */
  readonly token: string;
  readonly caller: string;
}

/** Where failures are weighed, and who is told. */
export interface ExchangeFailuresParts {
  /** Whose tokens are exchanged for, in words. */
  readonly name: string;
  readonly clock: Clock;
  readonly endpoint: TokenEndpointHealth;
  /** Told when exchanging begins to fail for everybody, and not each time. */
  readonly onFailing: (failure: unknown) => void;
}

interface Remembered {
  readonly failure: unknown;
  readonly until: number;
}

/** So many failures are remembered; the oldest make room. */
const MAX_REMEMBERED = 10_000;

/** For so long the refusal of a token is remembered, in milliseconds. */
const REFUSED_TOKEN_MS = 10_000;

/** For so long a caller does not ask again for whom the server failed, in milliseconds. */
const FAILED_CALLER_MS = 5000;

/** So much longer than everybody, in milliseconds: somebody else finds out whether it is well again. */
const HEAD_START_MS = 1000;

/**
 * What went wrong when tokens were exchanged, and whom that concerns: a refusal the token alone, an
 * answer that is none whoever asked, and everybody only what is about our client, or met by several.
 */
export class ExchangeFailures {
  readonly #parts: ExchangeFailuresParts;
  readonly #now: Clock;
  /** Of this kind of grant; that of the server is the endpoint's own. */
  readonly #grant: EndpointHealth;
  readonly #remembered = new LRUCache<string, Remembered>({ max: MAX_REMEMBERED });
  #isTold = false;

  constructor(parts: ExchangeFailuresParts) {
    this.#parts = parts;
    this.#now = steady(parts.clock);
    this.#grant = new EndpointHealth(parts.clock, this.#now);
  }

  /**
   * @throws {Forbidden} Where this token was refused a moment ago.
   * @throws {AuthUnavailable} Where there is no use in asking yet.
   */
  assertNone({ token, caller }: ExchangingCaller): void {
    const own = this.#current(token) ?? this.#current(caller);
    if (own) throw this.#made(own.failure, own.until - this.#now());
    if (this.#pauseMs === 0) return;
    const { endpoint } = this.#parts;
    throw this.#made(this.#grant.pauseMs > 0 ? this.#grant.lastFailure : endpoint.lastFailure);
  }

  exchanged(): void {
    this.#grant.answered();
    this.#isTold = false;
  }

  /** What whoever asked is told, and those who ask again. */
  verdict(who: ExchangingCaller, failure: unknown): Error {
    const pauseMs = this.#weigh(who, failure);
    if (this.#pauseMs > 0 && !this.#isTold) {
      this.#isTold = true;
      this.#parts.onFailing(failure);
    }
    return this.#made(failure, pauseMs);
  }

  /** @returns How long whoever asked waits before asking again, in milliseconds. */
  #weigh({ token, caller }: ExchangingCaller, failure: unknown): number {
    const known = failure instanceof TokenEndpointError ? failure : undefined;
    const { about, pauseMs } = known ?? { about: 'server', pauseMs: 0 };
    switch (about) {
      case 'client':
      case 'others':
        return 0;
      case 'grant':
        this.#grant.failed(failure, false, Math.max(REFUSED_MS, pauseMs));
        return 0;
      case 'request':
        return this.#remember(token, failure, Math.max(REFUSED_TOKEN_MS, pauseMs));
      case 'server':
        return this.#remember(caller, failure, Math.max(this.#patienceMs, pauseMs));
    }
  }

  get #patienceMs(): number {
    return Math.max(FAILED_CALLER_MS, this.#parts.endpoint.pauseMs + HEAD_START_MS);
  }

  #remember(key: string, failure: unknown, forMs: number): number {
    this.#remembered.set(key, { failure, until: this.#now() + forMs });
    return forMs;
  }

  #current(key: string): Remembered | undefined {
    const remembered = this.#remembered.get(key);
    return remembered && this.#now() < remembered.until ? remembered : undefined;
  }

  get #pauseMs(): number {
    return Math.max(this.#grant.pauseMs, this.#parts.endpoint.pauseMs);
  }

  #made(cause: unknown, pauseMs = 0): Error {
    if (isRefusal(cause)) return new Forbidden('exchange_refused', { cause, detail: cause.error });
    const reason =
      cause instanceof TokenEndpointError ? cause.problem : 'token_endpoint_unavailable';
    const retryAfterSeconds = Math.max(pauseMs, this.#pauseMs) / 1000;
    const detail = detailOf(this.#parts.name, cause);
    return new AuthUnavailable(reason, { cause, detail, retryAfterSeconds });
  }
}

function isRefusal(failure: unknown): failure is TokenEndpointError {
  return (
    failure instanceof TokenEndpointError &&
    failure.problem === 'token_endpoint_rejected' &&
    failure.about === 'request'
  );
}
