import { steady, type Clock } from '../core/clock.js';
import { withDeadline } from './deadline.js';
import type { Fetch } from './fetch.js';
import { discover, type PublishedAddress } from './discovery.js';

/** For how long it is known where something is, in milliseconds. */
const LOCATED_MS = 24 * 3_600_000;

/** How soon that is asked again when the issuer did not say, in milliseconds. */
const RENEWED_MS = 30_000;

/** How an issuer is asked where something is. */
export interface DiscoveryOptions {
  /** How long it may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Ends it before its time. */
  readonly ending: AbortSignal;
  readonly clock: Clock;
  readonly fetch: Fetch;
}

/** Where an issuer has something, as its metadata say: read once, and again every day. */
export class DiscoveredAddress {
  readonly #issuer: string;
  readonly #sought: PublishedAddress;
  readonly #options: DiscoveryOptions;
  readonly #now: Clock;
  #known: { readonly address: URL; readonly freshUntil: number } | undefined;
  #flight: Promise<URL> | undefined;

  constructor(issuer: string, sought: PublishedAddress, options: DiscoveryOptions) {
    this.#issuer = issuer;
    this.#sought = sought;
    this.#options = options;
    this.#now = steady(options.clock);
  }

  /**
   * Nobody waits who can be told what was known yesterday.
   *
   * @throws {IssuerEndpointError} When nothing is known, and the issuer does not say.
   */
  async locate(): Promise<URL> {
    const known = this.#known;
    if (!known) return this.#ask();
    if (this.#now() >= known.freshUntil) {
      this.#know(known.address, RENEWED_MS);
      this.#ask().catch(() => undefined);
    }
    return known.address;
  }

  /** It is not there any more. */
  forget(): void {
    this.#known = undefined;
  }

  #know(address: URL, forMs: number): void {
    this.#known = { address, freshUntil: this.#now() + forMs };
  }

  /** Whoever wants to know meanwhile waits for the same answer. */
  #ask(): Promise<URL> {
    this.#flight ??= this.#discover().finally(() => {
      this.#flight = undefined;
    });
    return this.#flight;
  }

  async #discover(): Promise<URL> {
    const { timeoutMs, ending, fetch } = this.#options;
    const address = await withDeadline(timeoutMs, ending, (signal) =>
      discover(this.#issuer, this.#sought, { signal, fetch }),
    );
    this.#know(address, LOCATED_MS);
    return address;
  }
}
