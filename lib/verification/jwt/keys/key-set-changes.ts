import type { KeyIgnoredEvent, KeysRefreshedEvent } from '../../../observability/key-set-event.js';
import type { PublishedKeys } from './published-keys.js';

type Change = KeysRefreshedEvent | KeyIgnoredEvent;

const NOTHING: PublishedKeys['ignored'] = [];

/** What is told when an issuer's keys come or go. */
export function changeOfKeys(
  issuer: string,
  previous: PublishedKeys | undefined,
  { keys, thumbprints }: PublishedKeys,
): Change {
  const old = previous?.thumbprints ?? new Set<string>();
  const added = [...thumbprints].filter((each) => !old.has(each)).length;
  const withdrawn = [...old].filter((each) => !thumbprints.has(each)).length;
  return { type: 'keys.refreshed', issuer, keys: keys.length, added, withdrawn };
}

/** What is told of published keys that are not used, and were not there before. */
export function newlyIgnored(
  issuer: string,
  previous: PublishedKeys | undefined,
  { ignored }: PublishedKeys,
): readonly Change[] {
  const known = new Set((previous?.ignored ?? NOTHING).map((each) => JSON.stringify(each)));
  return ignored
    .filter((each) => !known.has(JSON.stringify(each)))
    .map(({ kid, flaw }) => ({ type: 'keys.ignored', issuer, kid, flaw }));
}
