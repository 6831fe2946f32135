import { calculateJwkThumbprint, importJWK, type CryptoKey, type JWK } from 'jose';
import { inspectKey, type Inspection, type KeyFlaw } from './key-inspection.js';
import { LocalKeySet } from './local-key-set.js';

/** A key that was published to verify signatures with, and is not used. */
interface IgnoredKey {
  readonly kid: string | undefined;
  readonly flaw: KeyFlaw;
}

/** A key that can verify signatures. */
interface PublishedKey {
  readonly key: JWK;
  /** RFC 7638. */
  readonly thumbprint: string;
}

/** What is usable of a published key set: one generation, immutable. */
export interface PublishedKeys {
  readonly set: LocalKeySet;
  readonly keys: readonly PublishedKey[];
  /** Of all the keys: one key may be published under several names. */
  readonly thumbprints: ReadonlySet<string>;
  readonly ignored: readonly IgnoredKey[];
}

/**
 * Reads the members of a published key set: one that is of no use does not take the others down.
 *
 * @param algorithms Those that the issuer may sign with.
 * @param issuer Whose keys they have to be, where they say whose they are.
 */
export async function readPublishedKeys(
  published: readonly unknown[],
  algorithms: Iterable<string>,
  issuer?: string,
): Promise<PublishedKeys> {
  const inspected = published.map((each) => inspectKey(each, algorithms, issuer));
  const outcomes = await Promise.all(inspected.map(tryToImport));
  const usable = outcomes.filter((each) => each.kind === 'imported');
  const unsound = outcomes.filter((each) => each.kind === 'unsound');
  return {
    set: new LocalKeySet(usable.map(({ key }) => key)),
    keys: usable.map(({ key, thumbprint }) => ({ key, thumbprint })),
    thumbprints: new Set(usable.map(({ thumbprint }) => thumbprint)),
    ignored: unsound.map(({ kid, flaw }) => ({ kid, flaw })),
  };
}

type Outcome =
  Exclude<Inspection, { kind: 'usable' }> | (PublishedKey & { readonly kind: 'imported' });

/** A point that is not on its curve is found out here, once, and not by the first token that names the key. */
async function tryToImport(inspected: Inspection): Promise<Outcome> {
  if (inspected.kind !== 'usable') return inspected;
  const { key, algorithms } = inspected;
  try {
    // Of the imported key, as of the one that verifies: a published one may be spelt in another way.
    const imported = (await importJWK(key, algorithms[0])) as CryptoKey;
    return { kind: 'imported', key, thumbprint: await calculateJwkThumbprint(imported) };
  } catch {
    return { kind: 'unsound', flaw: 'not_importable', kid: key.kid };
  }
}

/** Whether two generations hold the same keys, for the same purposes and under the same names. */
export function areSameKeys(one: PublishedKeys, other: PublishedKeys): boolean {
  return spelt(one) === spelt(other);
}

function spelt({ keys }: PublishedKeys): string {
  const each = keys.map(({ thumbprint, key: { kid, alg } }) =>
    JSON.stringify([thumbprint, kid, alg]),
  );
  return each.sort().join();
}
