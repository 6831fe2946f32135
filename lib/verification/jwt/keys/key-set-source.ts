import type { Clock } from '../../../core/clock.js';
import type { FetchedJson } from './fetch-json.js';
import { IssuerEndpointError } from './issuer-endpoint-error.js';
import { KeySetEndpoint, type KeySetAddress } from './key-set-endpoint.js';
import { lifeOf, type KeySetLifetime, type KeySetSnapshot } from './key-set-snapshot.js';
import { areSameKeys, readPublishedKeys, type PublishedKeys } from './published-keys.js';
import type { SnapshotArchive } from './snapshot-archive.js';

/** More keys than any issuer rotates through: whoever publishes them is not to be trusted with our memory. */
const MAX_KEYS = 100;

/** What a source of key sets is made of. */
export interface KeySetSourceParts {
  readonly address: KeySetAddress;
  /** Those that the issuer may sign with. */
  readonly algorithms: ReadonlySet<string>;
  readonly lifetime: KeySetLifetime;
  /** Where snapshots are kept beyond the life of the process, if they are. */
  readonly archive: SnapshotArchive | undefined;
  /** Never runs backwards. */
  readonly now: Clock;
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
    this.#endpoint = new KeySetEndpoint(parts.address, parts.now);
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
    options: DownloadOptions,
  ): Promise<KeySetSnapshot> {
    const { now, lifetime } = this.#parts;
    const askedAt = now();
    const { document, etag, maxAgeSeconds } = await this.#fetch(previous?.etag, options);
    const life = lifeOf(askedAt, lifetime, maxAgeSeconds);
    if (!document && previous) return Object.freeze({ ...previous, ...life });
    const published = await this.#read(document ?? {});
    return snapshotAfter(previous, { published, etag, ...life });
  }

  /**
   * What an earlier process knew, while it can still be trusted.
   *
   * @throws When the archive cannot be read, or holds no snapshot.
   */
  async restore(): Promise<KeySetSnapshot | undefined> {
    const { archive, lifetime, algorithms, now } = this.#parts;
    const archived = await archive?.read(lifetime.freshMs + lifetime.staleMs);
    if (!archived) return;
    const published = await readPublishedKeys(archived.keys, algorithms);
    if (published.keys.size === 0) return;
    const life = lifeOf(now() - archived.age, lifetime);
    return snapshotAfter(undefined, { published, etag: undefined, ...life });
  }

  /** @throws When the archive cannot be written. */
  async keep({ published, fetchedAt }: KeySetSnapshot): Promise<void> {
    const { archive, now } = this.#parts;
    await archive?.write([...published.keys.values()], now() - fetchedAt);
  }

  async #fetch(
    etag: string | undefined,
    { ending, persistently }: DownloadOptions,
  ): Promise<FetchedJson> {
    try {
      return await this.#endpoint.fetch(etag, ending);
    } catch (failure) {
      const isTransient = failure instanceof IssuerEndpointError && failure.isTransient;
      if (!persistently || !isTransient) throw failure;
      return this.#endpoint.fetch(etag, ending);
    }
  }

  async #read({ keys }: Readonly<Record<string, unknown>>): Promise<PublishedKeys> {
    const { issuer, jwksUri } = this.#parts.address;
    const address = jwksUri ?? new URL(issuer);
    if (!Array.isArray(keys)) throw new IssuerEndpointError(address, 'publishes no key set');
    if (keys.length > MAX_KEYS) {
      throw new IssuerEndpointError(address, `publishes more than ${String(MAX_KEYS)} keys`);
    }
    const published = await readPublishedKeys(keys, this.#parts.algorithms);
    if (published.keys.size > 0) return published;
    const algorithms = [...this.#parts.algorithms].join(', ');
    throw new IssuerEndpointError(address, `publishes no key to verify ${algorithms} with`);
  }
}

function snapshotAfter(
  previous: KeySetSnapshot | undefined,
  next: Omit<KeySetSnapshot, 'generation'>,
): KeySetSnapshot {
  if (!previous) return Object.freeze({ ...next, generation: 1 });
  const isSame = areSameKeys(previous.published, next.published);
  // What was imported and found once is kept with the keys it is of.
  return isSame
    ? Object.freeze({ ...next, published: previous.published, generation: previous.generation })
    : Object.freeze({ ...next, generation: previous.generation + 1 });
}
