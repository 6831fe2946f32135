import type { KeyIgnoredEvent, KeysRefreshedEvent } from '../../../observability/key-set-event.js';
import type { PublishedKeys } from './published-keys.js';

/** What is told when one generation of an issuer's keys takes the place of another. */
export function changesOf(
  issuer: string,
  previous: PublishedKeys | undefined,
  next: PublishedKeys,
): readonly (KeysRefreshedEvent | KeyIgnoredEvent)[] {
  const old = new Set(previous?.keys.keys());
  const added = [...next.keys.keys()].filter((thumbprint) => !old.has(thumbprint)).length;
  const keys = next.keys.size;
  const withdrawn = old.size + added - keys;
  return [
    { type: 'keys.refreshed', issuer, keys, added, withdrawn },
    ...next.ignored.map(({ kid, flaw }) => ({ type: 'keys.ignored' as const, issuer, kid, flaw })),
  ];
}
