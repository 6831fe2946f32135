import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../../core/clock.js';
import { ownProperty } from '../../../core/own-property.js';
import type { KeySetSnapshots } from '../../../stores/key-set-snapshots.js';
import type { KeySetAddress } from './key-set-endpoint.js';

const PATIENCE_MS = 1000;

const MEMBERS = ['address', 'fetchedAt', 'keys'];

/** A key set that was published once, and when. */
export interface ArchivedKeySet {
  readonly keys: readonly unknown[];
  /** In milliseconds. */
  readonly age: number;
}

/** Where the snapshots of one issuer are kept, if they are kept at all. */
export class SnapshotArchive {
  readonly #store: KeySetSnapshots;
  readonly #address: string;
  readonly #clock: Clock;
  #written: Promise<void> = Promise.resolve();

  constructor(store: KeySetSnapshots, { issuer, jwksUri }: KeySetAddress, clock: Clock) {
    this.#store = store;
    this.#address = JSON.stringify([issuer, jwksUri?.href ?? null]);
    this.#clock = clock;
  }

  /** @returns `undefined` for what is none, is another issuer's, is older than `maxAgeMs` or from the future. */
  async read(maxAgeMs: number): Promise<ArchivedKeySet | undefined> {
    const text = await withinReason(this.#store.read(this.#key));
    if (text === undefined) return;
    const archived = parse(text);
    const [address, fetchedAt, keys] = MEMBERS.map((name) => ownProperty(archived, name));
    const age = typeof fetchedAt === 'number' ? this.#clock() - fetchedAt : NaN;
    const isTrusted = address === this.#address && age >= 0 && age < maxAgeMs;
    return isTrusted && Array.isArray(keys) ? { keys, age } : undefined;
  }

  /**
   * Writes one snapshot after the other, so that the newest is the last.
   *
   * @param age How long ago the issuer published the keys, in milliseconds.
   */
  write(keys: readonly object[], age: number): Promise<void> {
    const fetchedAt = this.#clock() - age;
    const text = JSON.stringify({ address: this.#address, fetchedAt, keys });
    const writing = this.#written.then(() => this.#store.write(this.#key, text));
    this.#written = writing.catch(() => undefined);
    return writing;
  }

  /** Of a form that can name a file, whatever the issuer is called. */
  get #key(): string {
    return createHash('sha256').update(this.#address).digest('base64url');
  }
}

/** Nobody is let in while the archive is read: an archive that hangs is none. */
async function withinReason<T>(reading: Promise<T>): Promise<T> {
  const tooLate = sleep(PATIENCE_MS, undefined, { ref: false }).then(() => {
    throw new Error(`The snapshot was not read within ${String(PATIENCE_MS)} ms`);
  });
  return Promise.race([reading, tooLate]);
}

function parse(text: string): object {
  const value: unknown = JSON.parse(text);
  return typeof value === 'object' && value !== null ? value : {};
}
