import { AuthUnavailable, InvalidCredential } from '../../../core/auth-error.js';
import type { Clock } from '../../../core/clock.js';
import type { JwtHeader } from '../header-checks.js';
import { fetchJson } from './fetch-json.js';
import { IssuerEndpointError } from './issuer-endpoint-error.js';
import type { KeySet, VerificationKey } from './key-set.js';
import { LocalKeySet } from './local-key-set.js';

/** For how long fetched keys are used without asking again, in milliseconds. */
const FRESH_MS = 600_000;

/** For how long after that they are used while the issuer fails to answer, in milliseconds. */
const STALE_MS = 3_600_000;

/** How long to wait between two looks for a key that is not there, and the longest wait after failures, in milliseconds. */
const PAUSE_MS = 30_000;

interface Snapshot {
  readonly keys: LocalKeySet;
  readonly fetchedAt: number;
}

/** What a key set needs of the world around it. */
export interface KeySetSurroundings {
  readonly clock: Clock;
  /** Told of every fetch that failed, whether or not known keys make up for it. */
  readonly report: (failure: unknown) => void;
}

/** The keys an issuer publishes, fetched when they are needed. */
export class RemoteKeySet implements KeySet {
  readonly #locate: () => Promise<URL>;
  readonly #clock: Clock;
  readonly #report: (failure: unknown) => void;
  #lastFailure: unknown;
  #snapshot: Snapshot | undefined;
  #flight: Promise<Snapshot> | undefined;
  #failures = 0;
  #nextAttemptAt = -Infinity;
  #lookedAgainAt = -Infinity;

  /** @param locate Says where the keys are; asked at every fetch. */
  constructor(locate: () => Promise<URL>, { clock, report }: KeySetSurroundings) {
    this.#locate = locate;
    this.#clock = clock;
    this.#report = report;
  }

  async candidates(header: JwtHeader): Promise<readonly VerificationKey[]> {
    const snapshot = this.#fresh() ?? (await this.#renewed());
    const keys = await unambiguous(snapshot, header);
    if (keys.length > 0 || !(this.#flight ?? this.#mayLookAgain())) return keys;
    // Whoever made up this key id must not learn, by a 503, that the issuer is down.
    const renewed = await this.#fetch().catch(() => snapshot);
    return unambiguous(renewed, header);
  }

  /** Asks at once, whatever failed before, and does not take what was asked for earlier for an answer. */
  async refresh(): Promise<void> {
    await this.#flight?.catch(() => undefined);
    this.#nextAttemptAt = -Infinity;
    await this.#fetch();
  }

  #fresh(): Snapshot | undefined {
    return this.#youngerThan(FRESH_MS);
  }

  #youngerThan(age: number): Snapshot | undefined {
    return this.#snapshot && this.#clock() < this.#snapshot.fetchedAt + age
      ? this.#snapshot
      : undefined;
  }

  async #renewed(): Promise<Snapshot> {
    try {
      return await this.#fetch();
    } catch (cause) {
      const stale = this.#youngerThan(FRESH_MS + STALE_MS);
      if (stale) return stale;
      const retryAfterSeconds = (this.#nextAttemptAt - this.#clock()) / 1000;
      throw new AuthUnavailable('issuer_unavailable', { cause, retryAfterSeconds });
    }
  }

  #mayLookAgain(): boolean {
    const now = this.#clock();
    if (now < this.#lookedAgainAt + PAUSE_MS) return false;
    this.#lookedAgainAt = now;
    return true;
  }

  /** Whoever comes while keys are being fetched waits for the same ones. */
  #fetch(): Promise<Snapshot> {
    this.#flight ??= this.#attempt().finally(() => {
      this.#flight = undefined;
    });
    return this.#flight;
  }

  async #attempt(): Promise<Snapshot> {
    const now = this.#clock();
    if (now < this.#nextAttemptAt) throw this.#lastFailure;
    try {
      this.#snapshot = { keys: await this.#download(), fetchedAt: now };
      this.#failures = 0;
      return this.#snapshot;
    } catch (failure) {
      this.#nextAttemptAt = this.#clock() + Math.min(PAUSE_MS, 1000 * 2 ** this.#failures);
      this.#failures += 1;
      this.#lastFailure = failure;
      this.#report(failure);
      throw failure;
    }
  }

  async #download(): Promise<LocalKeySet> {
    const address = await this.#locate();
    const { keys } = await fetchJson(address);
    if (!Array.isArray(keys)) throw new IssuerEndpointError(address, 'is no key set');
    const set = new LocalKeySet(keys);
    if (set.size === 0) throw new IssuerEndpointError(address, 'has no key to verify with');
    return set;
  }
}

/** A published set has keys for several purposes: a token that names none is accepted only where one fits. */
async function unambiguous(
  { keys }: Snapshot,
  header: JwtHeader,
): Promise<readonly VerificationKey[]> {
  const candidates = await keys.candidates(header);
  if (header.kid === undefined && candidates.length > 1) {
    throw new InvalidCredential('ambiguous_key');
  }
  return candidates;
}
