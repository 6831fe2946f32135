import { isDeepStrictEqual } from 'node:util';
import { LRUCache } from 'lru-cache';
import { AuthUnavailable } from '../../core/auth-error.js';
import { steady, type Clock } from '../../core/clock.js';
import { lookUp } from '../../core/look-up.js';
import type { MaybePromise } from '../../core/maybe-promise.js';
import { ShortMemory } from '../../stores/short-memory.js';
import type { Fetch } from '../../endpoint/fetch.js';
import { ASYMMETRIC_ALGORITHMS, MIN_SECRET_BYTES } from './algorithms.js';
import type { IssuerRegistry } from './issuer-registry.js';
import type { JwtIssuer } from './jwt-issuer.js';
import type { JwksService } from './keys/jwks-service.js';

/** After so much of its time an answer is asked for anew, while it still serves. */
const AHEAD = 0.8;

/** For how long after its time an answer serves while the resolver fails, in milliseconds. */
const GRACE_MS = 3_600_000;

/** For how long a failure is taken for an outage, without waiting for the next one, in milliseconds. */
const KNOWN_MS = 60_000;

/** How long the resolver is left alone with a name that it failed on, in milliseconds. */
const PAUSE_MS = 1000;

/** How many look-ups may be under way on behalf of names that nobody knows: anybody can make up a name. */
const MAX_UNKNOWN = 64;

/** How many names are remembered as nobody's, and for how long. */
const NOBODY = { maxEntries: 1000, maxAgeMs: 60_000 };

/** How often it is told that known issuers cannot be looked up anew, in milliseconds. */
const TOLD_MS = 10_000;

/** What is asked, for the log. */
const ASKED = 'dynamicIssuers.resolve';

/** A name that may reach an application, a message and a log: it is an address, or as good as one. */
const NAME = /^[\x21-\x7e]{1,2048}$/;

/** How what a resolver answers is kept. */
export interface DynamicIssuerSettings {
  readonly maxIssuers: number;
  readonly maxAgeMs: number;
  readonly timeoutMs: number;
}

/** What looking issuers up takes. */
export interface DynamicIssuersParts {
  readonly settings: DynamicIssuerSettings;
  /** Those that nobody is asked about. */
  readonly fixed: IssuerRegistry & { find(name: string): JwtIssuer | undefined };
  readonly resolve: (name: string) => unknown;
  /** Reads what the resolver answered; what is no configuration of that issuer throws. */
  readonly read: (answer: unknown, name: string) => JwtIssuer;
  readonly jwks: JwksService;
  /** How what these issuers publish is fetched. */
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** Told of what fails without anybody waiting for it. */
  readonly onFailure: (failure: unknown) => void;
}

interface Tenant {
  readonly issuer: JwtIssuer;
  /** As the resolver gave it. */
  readonly answer: unknown;
  /** When the resolver was asked for what it confirmed. */
  confirmedAt: number;
  /** When it was asked in vain, since. */
  failedAt: number;
}

interface Flight {
  answer?: Promise<JwtIssuer | undefined>;
  /** Whoever it was for wants to have it asked anew. */
  isObsolete: boolean;
  readonly isUnknown: boolean;
}

/**
 * The issuers that `dynamicIssuers.resolve` knows: asked for by the name that a token claims, and
 * remembered for a while.
 *
 * @publicApi
 */
export class DynamicIssuers implements IssuerRegistry {
  /** @internal */
  readonly algorithms: ReadonlySet<string>;
  /** @internal */
  readonly inWords = 'one of issuers, or one that dynamicIssuers.resolve knows';
  readonly #parts: DynamicIssuersParts;
  readonly #now: Clock;
  readonly #tenants: LRUCache<string, Tenant>;
  readonly #nobody: ShortMemory<true>;
  readonly #failures: ShortMemory<{ readonly cause: unknown }>;
  readonly #flights = new Map<string, Flight>();
  #unknownUnderWay = 0;
  #toldAt = -Infinity;

  constructor(parts: DynamicIssuersParts) {
    const { settings, fixed, jwks, clock } = parts;
    const now = steady(clock);
    // Which of them an issuer may sign with is known only when the issuer is.
    const possible = [...ASYMMETRIC_ALGORITHMS, ...MIN_SECRET_BYTES.keys()];
    this.algorithms = new Set([...fixed.algorithms, ...possible]);
    this.#parts = parts;
    this.#now = now;
    this.#nobody = new ShortMemory(NOBODY, now);
    this.#failures = new ShortMemory({ ...NOBODY, maxAgeMs: PAUSE_MS }, now);
    this.#tenants = new LRUCache({
      max: settings.maxIssuers,
      // Evicted, forgotten or replaced: its keys go with it.
      dispose: ({ issuer }) => {
        jwks.dismiss(issuer);
      },
    });
  }

  /**
   * Forgets what the resolver said of an issuer, or of all: the next token asks anew, remembered
   * tokens included. To be called when a tenant is removed or changed, in every process.
   *
   * @param issuer Exactly as in claim `iss`. Default: every issuer that is not in `issuers`.
   * @returns Whether anything was known under that name, in this process: an issuer, or that there is
   *   none. A name that is misspelt is known to nobody; nor is one whose tokens did not come yet.
   */
  forget(issuer?: string): boolean {
    const underWay = [...this.#flights].filter(([name]) => issuer === undefined || name === issuer);
    for (const [name, flight] of underWay) {
      flight.isObsolete = true;
      this.#flights.delete(name);
    }
    const memories = [this.#tenants, this.#nobody, this.#failures];
    const forgotten = memories.filter((memory) => {
      if (issuer !== undefined) return memory.delete(issuer);
      const isEmpty = memory.size === 0;
      memory.clear();
      return !isEmpty;
    });
    return underWay.length + forgotten.length > 0;
  }

  /** @internal */
  find(name: string): MaybePromise<JwtIssuer | undefined> {
    const known = this.#parts.fixed.find(name) ?? this.#serving(name);
    if (known || !NAME.test(name) || this.#nobody.get(name)) return known;
    const failure = this.#failures.get(name);
    if (failure) throw unavailable(failure.cause);
    return this.#ask(name);
  }

  /** @internal */
  isCurrent(issuer: JwtIssuer): boolean {
    const { fixed } = this.#parts;
    return (fixed.find(issuer.issuer) ?? this.#serving(issuer.issuer)) === issuer;
  }

  /** What can be used without waiting. Whoever asks is the occasion to ask anew, when that is due. */
  #serving(name: string): JwtIssuer | undefined {
    const tenant = this.#tenants.get(name);
    if (!tenant) return;
    const { maxAgeMs } = this.#parts.settings;
    const now = this.#now();
    const age = now - tenant.confirmedAt;
    if (age < AHEAD * maxAgeMs) return tenant.issuer;
    if (now >= tenant.failedAt + PAUSE_MS) this.#ask(name).catch(() => undefined);
    const isKnownToFail = now < tenant.failedAt + KNOWN_MS && age < maxAgeMs + GRACE_MS;
    return age < maxAgeMs || isKnownToFail ? tenant.issuer : undefined;
  }

  /** Whoever asks for the same name meanwhile waits for the same answer; whoever leaves does not end it. */
  async #ask(name: string): Promise<JwtIssuer | undefined> {
    const underWay = this.#flights.get(name)?.answer;
    if (underWay) return underWay;
    const isUnknown = !this.#tenants.has(name);
    // Of those who are known there are only so many, and each is asked about once at a time.
    if (isUnknown && this.#unknownUnderWay >= MAX_UNKNOWN) {
      throw unavailable(undefined, `${ASKED}: too many look-ups are under way`);
    }
    const flight: Flight = { isObsolete: false, isUnknown };
    this.#flights.set(name, flight);
    flight.answer = this.#resolve(name, flight);
    return flight.answer;
  }

  async #resolve(name: string, flight: Flight): Promise<JwtIssuer | undefined> {
    const askedAt = this.#now();
    if (flight.isUnknown) this.#unknownUnderWay += 1;
    try {
      const { resolve, settings } = this.#parts;
      const { timeoutMs } = settings;
      const asking = { timeoutMs, asked: ASKED, reason: 'lookup_failed' } as const;
      const answer = await lookUp(() => resolve(name), asking);
      return flight.isObsolete ? await this.find(name) : this.#adopt(name, answer, askedAt);
    } catch (failure) {
      if (flight.isObsolete) throw unavailable(failure);
      return this.#failed(name, failure);
    } finally {
      if (flight.isUnknown) this.#unknownUnderWay -= 1;
      if (this.#flights.get(name) === flight) this.#flights.delete(name);
    }
  }

  /** Whatever is the same as before leaves keys and remembered tokens as they are. */
  #adopt(name: string, given: unknown, askedAt: number): JwtIssuer | undefined {
    this.#failures.delete(name);
    if (given === null || given === undefined || given === false) {
      this.#tenants.delete(name);
      this.#nobody.set(name, true);
      return;
    }
    const known = this.#tenants.peek(name);
    // A copy: what was given may be changed by whoever gave it.
    const answer = copyOf(given);
    if (known && isDeepStrictEqual(known.answer, answer)) {
      Object.assign(known, { confirmedAt: askedAt, failedAt: -Infinity });
      return known.issuer;
    }
    // What holds no more is gone, whether what takes its place can be used or not.
    this.#tenants.delete(name);
    const { read, jwks, fetch } = this.#parts;
    const issuer = read(answer, name);
    this.#tenants.set(name, { issuer, answer, confirmedAt: askedAt, failedAt: -Infinity });
    jwks.admit(issuer, fetch);
    return issuer;
  }

  #failed(name: string, cause: unknown): JwtIssuer {
    const known = this.#servingOn(name, cause);
    if (known) return known;
    this.#failures.set(name, { cause });
    throw unavailable(cause);
  }

  /** Whom the resolver knew lately enough; whom it did not is not known any more. */
  #servingOn(name: string, failure: unknown): JwtIssuer | undefined {
    const tenant = this.#tenants.peek(name);
    if (!tenant) return;
    this.#tell(failure);
    const now = this.#now();
    if (now < tenant.confirmedAt + this.#parts.settings.maxAgeMs + GRACE_MS) {
      tenant.failedAt = now;
      return tenant.issuer;
    }
    this.#tenants.delete(name);
    return;
  }

  /** As long as known issuers serve on, no request tells of it. */
  #tell(failure: unknown): void {
    const now = this.#now();
    if (now < this.#toldAt + TOLD_MS) return;
    this.#toldAt = now;
    this.#parts.onFailure(
      failure instanceof AuthUnavailable ? (failure.cause ?? failure) : failure,
    );
  }
}

/** Deeper than this, options are not nested. */
const MAX_DEPTH = 10;

/** A copy through and through, but for functions: they are the same where they are the same. What options do not have is left out. */
function copyOf(given: unknown, depth = 0): unknown {
  if (typeof given !== 'object' || given === null) return given;
  if (given instanceof Uint8Array) return Uint8Array.from(given);
  if (depth > MAX_DEPTH) return;
  const copy = (each: unknown): unknown => copyOf(each, depth + 1);
  if (Array.isArray(given)) return given.map(copy);
  const members = Object.entries(given).filter(([name]) => name !== '__proto__');
  return Object.fromEntries(members.map(([name, value]) => [name, copy(value)]));
}

/** Whatever the resolver throws is our failure, and never the caller's. */
function unavailable(failure: unknown, detail = ASKED): AuthUnavailable {
  if (failure instanceof AuthUnavailable) return failure;
  return new AuthUnavailable('lookup_failed', { cause: failure, detail, retryAfterSeconds: 1 });
}
