import type { Clock } from '../../../core/clock.js';
import { discoverJwksUri } from './discovery.js';
import { fetchJson, type FetchedJson, type FetchOptions } from './fetch-json.js';
import { IssuerEndpointError } from './issuer-endpoint-error.js';

/** How long an answer may take altogether, discovery and bodies included, in milliseconds. */
const TIMEOUT_MS = 3000;

/** For how long it is known where the keys are, in milliseconds. */
const LOCATED_MS = 24 * 3_600_000;

/** How soon that may be doubted, in milliseconds. */
const DOUBTED_MS = 30_000;

/** Where the keys of an issuer are. */
export interface KeySetAddress {
  readonly issuer: string;
  /** Discovered, where it is `undefined`. */
  readonly jwksUri: URL | undefined;
}

/** The place where an issuer publishes its keys. */
export class KeySetEndpoint {
  readonly #address: KeySetAddress;
  readonly #now: Clock;
  #located: { readonly uri: URL; readonly at: number } | undefined;
  #isDoubted = false;

  /** @param now Never runs backwards. */
  constructor(address: KeySetAddress, now: Clock) {
    this.#address = address;
    this.#now = now;
  }

  /**
   * @param ending Ends the request before its time.
   * @throws {IssuerEndpointError}
   */
  async fetch(etag: string | undefined, ending: AbortSignal): Promise<FetchedJson> {
    const signal = AbortSignal.any([ending, AbortSignal.timeout(TIMEOUT_MS)]);
    return fetchJson(await this.#locate({ signal }), { signal, etag });
  }

  /** Keys are missing, or cannot be had: the issuer may publish them elsewhere by now. */
  doubt(): void {
    const { at = -Infinity } = this.#located ?? {};
    this.#isDoubted = this.#now() >= at + DOUBTED_MS;
  }

  async #locate(options: FetchOptions): Promise<URL> {
    const { jwksUri } = this.#address;
    if (jwksUri) return jwksUri;
    const known = this.#located;
    if (known && !this.#isDoubted && this.#now() < known.at + LOCATED_MS) return known.uri;
    const uri = await this.#discover(options, known?.uri);
    this.#located = { uri, at: this.#now() };
    this.#isDoubted = false;
    return uri;
  }

  /** What was only doubted is still the best that is known. */
  async #discover(options: FetchOptions, fallback: URL | undefined): Promise<URL> {
    try {
      return await discoverJwksUri(this.#address.issuer, options);
    } catch (failure) {
      if (fallback && failure instanceof IssuerEndpointError) return fallback;
      throw failure;
    }
  }
}
