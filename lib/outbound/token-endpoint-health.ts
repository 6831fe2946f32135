import { steady, type Clock } from '../core/clock.js';
import { EndpointHealth } from '../endpoint/endpoint-health.js';
import { TokenEndpointError } from './token-endpoint-error.js';

/** So many different callers are failed in a row before it is the server that is unwell, and not one of their tokens. */
const SEVERAL = 3;

/** Whoever answered so lately, in milliseconds, is asked by any number at once; whoever did not, by {@link SEVERAL}. */
const LATELY_MS = 1000;

/** No more than so many attempts fail in so many milliseconds. */
const MOST_FAILURES = 5;
const WITHIN_MS = 10_000;

/** Whoever does not know our client is left alone for so long, in milliseconds: a wrong secret does not become right by trying. */
export const REFUSED_MS = 30_000;

/**
 * For no longer than this everybody leaves the server alone because it asked for that, in milliseconds:
 * who was told so waits as long as it said, and its word for one caller must not shut out all others.
 */
const LONGEST_ASKED_MS = 10_000;

/** Grants a token. @param persistently Whether to ask once more at once when the network fails. */
type Work<T> = (persistently: boolean) => Promise<T>;

/**
 * Whether a token endpoint answers, for all who ask there: our own purposes, and callers whose tokens are
 * exchanged. What one caller's token leads to is nobody else's trouble; an outage is found out by a few,
 * and not by each of them.
 */
export class TokenEndpointHealth {
  readonly #now: Clock;
  readonly #health: EndpointHealth;
  /** Who was failed since it answered last. */
  readonly #failed = new Set<string>();
  #failures: readonly number[] = [];
  #answeredAt = -Infinity;
  /** How often it was found unwell: what began before that says nothing new. */
  #outages = 0;
  /** On whose behalf it is asked now. */
  readonly #asking: (string | undefined)[] = [];
  #waiting: (() => void)[] = [];

  constructor(clock: Clock) {
    this.#now = steady(clock);
    this.#health = new EndpointHealth(clock, this.#now);
  }

  /** Whether nothing has failed since it answered last. */
  get isWell(): boolean {
    return this.#health.isWell && this.#failed.size === 0;
  }

  /** How long everybody leaves it alone yet, in milliseconds. */
  get pauseMs(): number {
    return this.#health.pauseMs;
  }

  get lastFailure(): unknown {
    return this.#health.lastFailure;
  }

  /**
   * Asks, as soon as it is known whether that is worth while.
   *
   * @param caller On whose behalf; `undefined` for our own.
   * @throws Whatever the work throws, or what was thrown last while the server is left alone.
   */
  async attempt<T>(caller: string | undefined, work: Work<T>): Promise<T> {
    await this.#turn(caller);
    const [outages, isFirst] = [this.#outages, this.#asking.length === 1];
    const persistently = this.isWell && (isFirst || this.#answersLately);
    try {
      const result = await work(persistently);
      this.#answered();
      return result;
    } catch (failure) {
      if (outages === this.#outages) this.#weigh(failure, caller, persistently ? 2 : 1);
      throw failure;
    } finally {
      this.#asking.splice(this.#asking.indexOf(caller), 1);
      for (const proceed of this.#waiting.splice(0)) proceed();
    }
  }

  /** Whoever has to wait for one of those who ask takes it that they know what it is worth. */
  async #turn(caller: string | undefined): Promise<void> {
    for (;;) {
      if (this.pauseMs > 0) throw ofOthers(this.lastFailure);
      if (this.#hasRoom(caller)) break;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#asking.push(caller);
  }

  get #answersLately(): boolean {
    return this.#now() <= this.#answeredAt + LATELY_MS;
  }

  /** After an outage, one finds out whether it is over; and nobody takes all places for themselves. */
  #hasRoom(caller: string | undefined): boolean {
    const asking = this.#asking.length;
    if (!this.#health.isWell) return asking === 0;
    if (this.isWell && this.#answersLately) return true;
    if (caller !== undefined && this.#asking.includes(caller)) return false;
    return asking + this.#failed.size < SEVERAL;
  }

  #answered(): void {
    this.#answeredAt = this.#now();
    this.#failures = [];
    this.#failed.clear();
    this.#health.answered();
  }

  #weigh(failure: unknown, caller: string | undefined, attempts: number): void {
    const known = failure instanceof TokenEndpointError ? failure : undefined;
    const { about, pauseMs } = known ?? { about: 'server', pauseMs: 0 };
    if (about === 'client') {
      this.#leaveAlone(failure, Math.max(REFUSED_MS, pauseMs));
      return;
    }
    if (about !== 'server') {
      // It answered: that is all we know of it.
      this.#answered();
      return;
    }
    this.#count(attempts);
    if (!this.#isUnwell(caller)) return;
    this.#leaveAlone(failure, Math.max(Math.min(pauseMs, LONGEST_ASKED_MS), this.#respiteMs));
  }

  #count(attempts: number): void {
    const now = this.#now();
    const recent = this.#failures.filter((at) => now < at + WITHIN_MS);
    if (recent.length === 0) this.#failed.clear();
    this.#failures = [...recent, ...Array<number>(attempts).fill(now)].slice(-MOST_FAILURES);
  }

  /** There is nothing in our own request that it could choke on, and neither in those of several. */
  #isUnwell(caller: string | undefined): boolean {
    if (caller === undefined || !this.#health.isWell) return true;
    this.#failed.add(caller);
    return this.#failed.size >= SEVERAL;
  }

  get #respiteMs(): number {
    const [first = 0, ...others] = this.#failures;
    return others.length + 1 < MOST_FAILURES ? 0 : first + WITHIN_MS - this.#now();
  }

  #leaveAlone(failure: unknown, atLeastMs: number): void {
    this.#outages += 1;
    this.#health.failed(failure, false, atLeastMs);
  }
}

/** Nobody asked for whoever is told so. */
function ofOthers(failure: unknown): unknown {
  if (!(failure instanceof TokenEndpointError)) return failure;
  const { problem, message, error } = failure;
  return new TokenEndpointError(problem, message, { about: 'others', error, cause: failure });
}
