import type { Clock } from '../../../core/clock.js';
import { withDeadline } from '../../../endpoint/deadline.js';
import { discover, type PublishedAddress } from '../../../endpoint/discovery.js';
import type { Fetch } from '../../../endpoint/fetch.js';
import { fetchJson, type FetchedJson } from '../../../endpoint/fetch-json.js';
import { IssuerEndpointError } from '../../../endpoint/issuer-endpoint-error.js';
import type { JsonObject } from '../../../endpoint/read-json.js';

/** How long discovery may take where its answer can be done without, in milliseconds. */
const DISCOVERY_MS = 1000;

/** For how long it is known where the keys are, in milliseconds. */
const LOCATED_MS = 24 * 3_600_000;

/** How soon that may be doubted, in milliseconds. */
const DOUBTED_MS = 30_000;

/** A longer entity tag is not sent back: what stands between may refuse a request with it. */
const MAX_ETAG_LENGTH = 256;

/** What is asked for, where nobody says where the keys are. */
export const KEY_SET = {
  member: 'jwks_uri',
  name: 'a key set',
  question: 'where its keys are',
  option: 'jwksUri',
} as const satisfies PublishedAddress;

/** Finds the keys in what an issuer publishes: a list of JWKs. */
export type KeySetReader = (document: JsonObject) => unknown;

/** Where the keys of an issuer are, and how they are had from there. */
export interface KeySetAddress {
  readonly issuer: string;
  /** Discovered, where it is `undefined`. */
  readonly jwksUri: URL | undefined;
  /** Default: as all issuers are asked. */
  readonly fetch?: Fetch | undefined;
  /** Default: member `keys`. */
  readonly read?: KeySetReader | undefined;
}

/** What asking there takes. */
export interface KeySetEndpointParts {
  /** Never runs backwards. */
  readonly now: Clock;
  readonly fetch: Fetch;
}

/** The place where an issuer publishes its keys. */
export class KeySetEndpoint {
  readonly #address: KeySetAddress;
  readonly #now: Clock;
  readonly #fetch: Fetch;
  #located: { readonly uri: URL; readonly at: number } | undefined;
  #isDoubted = false;
  #answered: { readonly uri: string; readonly etag: string } | undefined;

  constructor(address: KeySetAddress, { now, fetch }: KeySetEndpointParts) {
    this.#address = address;
    this.#now = now;
    this.#fetch = address.fetch ?? fetch;
  }

  /**
   * @returns Without a document, when what was fetched last is still current.
   * @throws {IssuerEndpointError}
   */
  async fetch(signal: AbortSignal): Promise<FetchedJson> {
    const uri = await this.#locate(signal);
    const { href } = uri;
    // The tag means something at the address it came from, and only after an answer that was understood.
    const etag = this.#answered?.uri === href ? this.#answered.etag : undefined;
    this.#answered = undefined;
    const fetched = await fetchJson(uri, { signal, etag, fetch: this.#fetch });
    const tag = fetched.etag ?? (fetched.document ? undefined : etag);
    if (tag !== undefined && tag.length <= MAX_ETAG_LENGTH) {
      this.#answered = { uri: href, etag: tag };
    }
    return fetched;
  }

  /** What was fetched last is of no use: it is to be fetched as a whole. */
  forget(): void {
    this.#answered = undefined;
  }

  /** Keys are missing, or cannot be had: the issuer may publish them elsewhere by now. */
  doubt(): void {
    const { at = -Infinity } = this.#located ?? {};
    this.#isDoubted = this.#now() >= at + DOUBTED_MS;
  }

  async #locate(signal: AbortSignal): Promise<URL> {
    const { jwksUri } = this.#address;
    if (jwksUri) return jwksUri;
    const known = this.#located;
    if (known && !this.#isDoubted && this.#now() < known.at + LOCATED_MS) return known.uri;
    const uri = known ? await this.#reconsider(known.uri, signal) : await this.#discover(signal);
    this.#located = { uri, at: this.#now() };
    this.#isDoubted = false;
    return uri;
  }

  #discover(signal: AbortSignal): Promise<URL> {
    return discover(this.#address.issuer, KEY_SET, { signal, fetch: this.#fetch });
  }

  /** What was only doubted is still the best that is known. */
  async #reconsider(known: URL, ending: AbortSignal): Promise<URL> {
    try {
      return await withDeadline(DISCOVERY_MS, ending, (signal) => this.#discover(signal));
    } catch (failure) {
      if (failure instanceof IssuerEndpointError) return known;
      throw failure;
    }
  }
}
