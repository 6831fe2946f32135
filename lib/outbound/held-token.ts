import { AuthUnavailable } from '../core/auth-error.js';
import { steady, type Clock } from '../core/clock.js';
import type { MaybePromise } from '../core/maybe-promise.js';
import { EndpointHealth } from '../endpoint/endpoint-health.js';
import { usableMs, YOUNG_MS, type GrantedToken } from './granted-token.js';
import { detailOf, TokenEndpointError } from './token-endpoint-error.js';
import { REFUSED_MS, type TokenEndpointHealth } from './token-endpoint-health.js';

/** How a token is obtained, and who is told of it. */
export interface HeldTokenParts {
  /** Whose token it is, for the log. */
  readonly name: string;
  /** @param previous The one held so far, which will not do any more. */
  readonly obtain: (previous: GrantedToken | undefined) => Promise<GrantedToken>;
  readonly clock: Clock;
  /** That of the server which is asked, and which others ask as well. */
  readonly endpoint: TokenEndpointHealth;
  readonly onObtained?: (token: GrantedToken) => void;
  /** Told when it begins to fail, and not each time. */
  readonly onFailing?: (failure: unknown, isServing: boolean) => void;
}

interface Held {
  readonly granted: GrantedToken;
  /** When it is no longer so young that it cannot be to blame. */
  readonly grownAt: number;
  readonly refreshAt: number;
  readonly expiresAt: number;
  /** Whether somebody did not accept it: it serves until there is another one. */
  readonly isSuspect: boolean;
}

/** A token is renewed when this part of its life is over, or up to a tenth earlier: instances that began together do not ask together. */
const RENEWED_AT = 0.8;
const JITTER = 0.1;

/**
 * So long, or up to twice as long, the server is left alone at least while the token serves on, in
 * milliseconds: five requests in ten seconds, the first one's second try included.
 */
const SERVING_MS = 2500;

/**
 * One token, held for all who need it: obtained once however many ask, and renewed before it expires
 * while the old one serves on. Who holds a token that is valid never notices that the server is down.
 */
export class HeldToken {
  readonly #parts: HeldTokenParts;
  readonly #now: Clock;
  readonly #health: EndpointHealth;
  #held: Held | undefined;
  #previous: GrantedToken | undefined;
  #flight: Promise<GrantedToken> | undefined;

  constructor(parts: HeldTokenParts) {
    this.#parts = parts;
    this.#now = steady(parts.clock);
    this.#health = new EndpointHealth(parts.clock, this.#now);
  }

  /** @throws {AuthUnavailable} When there is none, and none can be had. */
  get(): MaybePromise<GrantedToken> {
    const held = this.#held;
    const now = this.#now();
    if (!held || now >= held.expiresAt) return this.#obtained();
    if (held.isSuspect) return this.#succeeded(held);
    if (now >= held.refreshAt && !this.#flight && this.#pauseMs === 0) {
      this.#obtain().catch(() => undefined);
    }
    return held.granted;
  }

  /**
   * Somebody did not accept it: another one is obtained, unless that has happened already, or a moment
   * ago. It serves on where none can be had: the others may accept it.
   *
   * @returns Whether it is worth trying again.
   */
  reject(refused: GrantedToken): boolean {
    const held = this.#held;
    if (held?.granted !== refused) return true;
    if (this.#now() < held.grownAt) return false;
    this.#held = { ...held, isSuspect: true };
    return true;
  }

  /** How long the server is left alone yet, in milliseconds: by us, or by all who ask there. */
  get #pauseMs(): number {
    return Math.max(this.#health.pauseMs, this.#parts.endpoint.pauseMs);
  }

  #succeeded({ granted, expiresAt }: Held): MaybePromise<GrantedToken> {
    if (!this.#flight && this.#pauseMs > 0) return granted;
    return this.#obtain().catch((failure: unknown) => {
      if (this.#now() < expiresAt) return granted;
      throw this.#verdict(failure);
    });
  }

  async #obtained(): Promise<GrantedToken> {
    try {
      if (!this.#flight && this.#pauseMs > 0) throw this.#lastFailure;
      return await this.#obtain();
    } catch (failure) {
      throw this.#verdict(failure);
    }
  }

  get #lastFailure(): unknown {
    const { endpoint } = this.#parts;
    return this.#health.pauseMs > 0 ? this.#health.lastFailure : endpoint.lastFailure;
  }

  #verdict(cause: unknown): AuthUnavailable {
    const reason =
      cause instanceof TokenEndpointError ? cause.problem : 'token_endpoint_unavailable';
    const detail = detailOf(this.#parts.name, cause);
    return new AuthUnavailable(reason, { cause, detail, retryAfterSeconds: this.#pauseMs / 1000 });
  }

  #obtain(): Promise<GrantedToken> {
    this.#flight ??= this.#attempt().finally(() => {
      this.#flight = undefined;
    });
    return this.#flight;
  }

  async #attempt(): Promise<GrantedToken> {
    const askedAt = this.#now();
    try {
      const granted = await this.#parts.obtain(this.#previous);
      this.#previous = granted;
      this.#held = heldSince(askedAt, granted);
      this.#health.answered();
      this.#parts.onObtained?.(granted);
      return granted;
    } catch (failure) {
      this.#failed(failure);
      throw failure;
    }
  }

  #failed(failure: unknown): void {
    // Nobody was asked.
    if (failure instanceof TokenEndpointError && failure.about === 'others') return;
    const wasWell = this.#health.isWell;
    const leftMs = Math.max(0, (this.#held?.expiresAt ?? 0) - this.#now());
    const isServing = leftMs > 0;
    const atLeastMs = Math.min(leftMs, SERVING_MS * (1 + Math.random()));
    this.#health.failed(failure, isServing, Math.max(atLeastMs, pauseAfter(failure)));
    if (wasWell) this.#parts.onFailing?.(failure, isServing);
  }
}

function heldSince(askedAt: number, granted: GrantedToken): Held {
  const life = granted.lifetimeSeconds * 1000;
  return {
    granted,
    grownAt: askedAt + YOUNG_MS - granted.ageSeconds * 1000,
    refreshAt: askedAt + life * (RENEWED_AT - Math.random() * JITTER),
    expiresAt: askedAt + usableMs(life),
    isSuspect: false,
  };
}

function pauseAfter(failure: unknown): number {
  if (!(failure instanceof TokenEndpointError)) return 0;
  const { problem, pauseMs } = failure;
  return problem === 'token_endpoint_rejected' ? Math.max(REFUSED_MS, pauseMs) : pauseMs;
}
