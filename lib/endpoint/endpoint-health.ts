import type { Clock } from '../core/clock.js';
import { pauseAfter } from './backoff.js';

/** For how long a failure is taken for an outage, without asking again, in milliseconds. */
const KNOWN_MS = 60_000;

interface Outage {
  /** In milliseconds since the epoch. */
  readonly since: number;
  readonly failures: number;
  readonly lastFailure: unknown;
  /** These two of the clock that never runs backwards. */
  readonly failedAt: number;
  readonly nextAttemptAt: number;
}

/** Whether an endpoint answers, and when it may be asked again: the one pause that every reason to ask respects. */
export class EndpointHealth {
  readonly #clock: Clock;
  readonly #now: Clock;
  #outage: Outage | undefined;

  /** @param now Never runs backwards. */
  constructor(clock: Clock, now: Clock) {
    this.#clock = clock;
    this.#now = now;
  }

  /** Whether the last attempt succeeded, or none was made yet. */
  get isWell(): boolean {
    return this.#outage === undefined;
  }

  /** How many attempts failed in a row. */
  get failures(): number {
    return this.#outage?.failures ?? 0;
  }

  get lastFailure(): unknown {
    return this.#outage?.lastFailure;
  }

  /** How long it is left alone yet, in milliseconds. */
  get pauseMs(): number {
    return Math.max(0, (this.#outage?.nextAttemptAt ?? 0) - this.#now());
  }

  /** Whether it was seen failing so lately that nobody has to wait in order to see it again. */
  get isKnownToFail(): boolean {
    return this.#outage !== undefined && this.#now() < this.#outage.failedAt + KNOWN_MS;
  }

  /** In milliseconds since the epoch. */
  get failingSince(): number | undefined {
    return this.#outage?.since;
  }

  get nextAttemptAt(): number | undefined {
    return this.#outage && Math.ceil(this.#clock() + this.pauseMs);
  }

  /**
   * @param hasSpare Whether what is known makes up for it.
   * @param atLeastMs How long it is left alone in any case: as long as it asked for.
   */
  failed(failure: unknown, hasSpare: boolean, atLeastMs = 0): void {
    const failures = this.failures + 1;
    const failedAt = this.#now();
    this.#outage = {
      since: this.#outage?.since ?? this.#clock(),
      failures,
      lastFailure: failure,
      failedAt,
      nextAttemptAt: failedAt + Math.max(atLeastMs, pauseAfter(failures, hasSpare)),
    };
  }

  answered(): void {
    this.#outage = undefined;
  }
}
