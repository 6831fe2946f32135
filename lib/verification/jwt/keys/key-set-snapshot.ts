import { areSameKeys, type PublishedKeys } from './published-keys.js';

/** How long a key set is used, in milliseconds. */
export interface KeySetLifetime {
  /** Without asking the issuer again, unless its answer says otherwise. */
  readonly freshMs: number;
  /** After that, while the issuer does not answer. */
  readonly staleMs: number;
}

/** What an issuer may ask for at the least and at the most (`Cache-Control: max-age`), in milliseconds. */
const FRESH_BOUNDS_MS = { min: 60_000, max: 3_600_000 };

/** When the next answer is asked for: a part of the time a key set is fresh, and not in step with other instances. */
const REFRESH_AT = { part: 0.8, jitter: 0.1 };

/** The keys of an issuer as of one moment: immutable. Times are of a clock that never runs backwards. */
export interface KeySetSnapshot {
  readonly published: PublishedKeys;
  /** Grows when keys come or go. */
  readonly generation: number;
  readonly fetchedAt: number;
  /** From here on, the next one is fetched while this one still serves. */
  readonly refreshAt: number;
  /** Until here, it serves without question. */
  readonly freshUntil: number;
  /** Until here, it serves while the issuer does not answer. */
  readonly staleUntil: number;
}

/** The dates of a snapshot. */
export function lifeOf(
  fetchedAt: number,
  { freshMs, staleMs }: KeySetLifetime,
  maxAgeSeconds?: number,
): Pick<KeySetSnapshot, 'fetchedAt' | 'refreshAt' | 'freshUntil' | 'staleUntil'> {
  const { min, max } = FRESH_BOUNDS_MS;
  const asked = maxAgeSeconds === undefined ? undefined : maxAgeSeconds * 1000;
  const fresh = asked === undefined ? freshMs : Math.min(max, Math.max(min, asked));
  const part = REFRESH_AT.part + REFRESH_AT.jitter * (2 * Math.random() - 1);
  return {
    fetchedAt,
    refreshAt: fetchedAt + fresh * part,
    freshUntil: fetchedAt + fresh,
    staleUntil: fetchedAt + fresh + staleMs,
  };
}

/** The snapshot that takes the place of another one. */
export function snapshotAfter(
  previous: KeySetSnapshot | undefined,
  next: Omit<KeySetSnapshot, 'generation'>,
): KeySetSnapshot {
  if (!previous) return Object.freeze({ ...next, generation: 1 });
  const { published, generation } = previous;
  if (!areSameKeys(published, next.published)) {
    return Object.freeze({ ...next, generation: generation + 1 });
  }
  // What was imported and found once is kept with the keys it is of.
  const { ignored } = next.published;
  return Object.freeze({ ...next, published: { ...published, ignored }, generation });
}
