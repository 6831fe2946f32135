import { ownProperty } from '../../../core/own-property.js';
import { withDeadline } from '../../../endpoint/deadline.js';
import type { FetchedJson } from '../../../endpoint/fetch-json.js';
import { IssuerEndpointError } from '../../../endpoint/issuer-endpoint-error.js';
import type { JsonObject } from '../../../endpoint/read-json.js';
import { onceMore } from '../../../endpoint/once-more.js';
import {
  KeySetEndpoint,
  type KeySetAddress,
  type KeySetEndpointParts,
} from './key-set-endpoint.js';
import {
  lifeOf,
  snapshotAfter,
  type KeySetLifetime,
  type KeySetSnapshot,
} from './key-set-snapshot.js';
import { readPublishedKeys, type PublishedKeys } from './published-keys.js';
import type { SnapshotArchive } from './snapshot-archive.js';

/** How long an answer may take altogether, discovery, bodies and a second try included, in milliseconds. */
const TIMEOUT_MS = 3000;

/** More keys than any issuer rotates through: whoever publishes them is not to be trusted with our memory. */
const MAX_KEYS = 100;

/** What a source of key sets is made of. */
export interface KeySetSourceParts extends KeySetEndpointParts {
  readonly address: KeySetAddress;
  /** Those that the issuer may sign with. */
  readonly algorithms: ReadonlySet<string>;
  readonly lifetime: KeySetLifetime;
  /** Where snapshots are kept beyond the life of the process, if they are. */
  readonly archive: SnapshotArchive | undefined;
}

/** How the issuer is asked. */
export interface DownloadOptions {
  /** Ends the download before its time. */
  readonly ending: AbortSignal;
  /** Whether to ask once more at once when the network fails. */
  readonly persistently: boolean;
}

/** Makes snapshots of what an issuer publishes, or published to an earlier process. */
export class KeySetSource {
  readonly #parts: KeySetSourceParts;
  readonly #endpoint: KeySetEndpoint;

  constructor(parts: KeySetSourceParts) {
    this.#parts = parts;
    this.#endpoint = new KeySetEndpoint(parts.address, parts);
  }

  /** The issuer may publish its keys elsewhere by now. */
  doubtAddress(): void {
    this.#endpoint.doubt();
  }

  /**
   * @param previous The snapshot in use.
   * @throws {IssuerEndpointError}
   */
  async download(
    previous: KeySetSnapshot | undefined,
    { ending, persistently }: DownloadOptions,
  ): Promise<KeySetSnapshot> {
    const { now, lifetime } = this.#parts;
    const askedAt = now();
    const { document, maxAgeSeconds } = await withDeadline(TIMEOUT_MS, ending, (signal) =>
      this.#fetch(signal, persistently),
    );
    const life = lifeOf(askedAt, lifetime, maxAgeSeconds);
    if (!document && previous) return Object.freeze({ ...previous, ...life });
    return snapshotAfter(previous, { published: await this.#read(document ?? {}), ...life });
  }

  /**
   * What an earlier process knew, while it can still be trusted: to be used where the issuer fails,
   * and not in its stead.
   *
   * @throws When the archive cannot be read, or holds no snapshot.
   */
  async restore(): Promise<KeySetSnapshot | undefined> {
    const { archive, lifetime, algorithms, now } = this.#parts;
    const { freshMs, staleMs } = lifetime;
    const archived = await archive?.read(freshMs + staleMs);
    if (!archived) return;
    const published = await readPublishedKeys(archived.keys, algorithms);
    if (published.keys.length === 0) return;
    const fetchedAt = now() - archived.age;
    const life = { ...lifeOf(fetchedAt, lifetime), refreshAt: fetchedAt, freshUntil: fetchedAt };
    return snapshotAfter(undefined, { published, ...life });
  }

  /** @throws When the archive cannot be written. */
  async keep({ published, fetchedAt }: KeySetSnapshot): Promise<void> {
    const { archive, now } = this.#parts;
    const keys = published.keys.map(({ key }) => key);
    await archive?.write(keys, now() - fetchedAt);
  }

  #fetch(signal: AbortSignal, persistently: boolean): Promise<FetchedJson> {
    const ask = (): Promise<FetchedJson> => this.#endpoint.fetch(signal);
    return persistently ? onceMore(ask) : ask();
  }

  async #read(document: JsonObject): Promise<PublishedKeys> {
    const keys = this.#keysIn(document);
    const { algorithms, address } = this.#parts;
    if (!Array.isArray(keys)) throw this.#useless('publishes no key set');
    if (keys.length > MAX_KEYS) {
      throw this.#useless(`publishes more than ${String(MAX_KEYS)} keys`);
    }
    const published = await readPublishedKeys(keys, algorithms, address.issuer);
    if (published.keys.length > 0) return published;
    throw this.#useless(`publishes no key to verify ${[...algorithms].join(', ')} with`);
  }

  /** What nobody foresaw is of no use: the keys in use are better than none. */
  #keysIn(document: JsonObject): unknown {
    const { read } = this.#parts.address;
    if (!read) return ownProperty(document, 'keys');
    try {
      return read(document);
    } catch (cause) {
      const useless = this.#useless('publishes something else than expected', { cause });
      throw cause instanceof IssuerEndpointError ? cause : useless;
    }
  }

  #useless(problem: string, options?: ErrorOptions): IssuerEndpointError {
    const { issuer, jwksUri } = this.#parts.address;
    // Otherwise the next answer might be that nothing changed.
    this.#endpoint.forget();
    return new IssuerEndpointError(jwksUri ?? new URL(issuer), problem, options);
  }
}
