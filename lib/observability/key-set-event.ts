/** Told of an issuer's keys: what changed, once each time. */
interface KeySetFacts {
  /** As configured. */
  readonly issuer: string;
}

/** Keys came or went. */
export interface KeysRefreshedEvent extends KeySetFacts {
  readonly type: 'keys.refreshed';
  /** How many keys can verify a signature now. */
  readonly keys: number;
  readonly added: number;
  readonly withdrawn: number;
}

/** A published key is not used: it must not verify signatures, and the issuer should be told. */
export interface KeyIgnoredEvent extends KeySetFacts {
  readonly type: 'keys.ignored';
  /** As the issuer published it. */
  readonly kid: string | undefined;
  /** What is wrong with it. */
  readonly flaw: string;
}

/** The issuer began not to answer. Keys that are known make up for it until they are stale. */
export interface KeysFailingEvent extends KeySetFacts {
  readonly type: 'keys.failing';
  readonly cause: unknown;
  /** Until when known keys are trusted, in milliseconds since the epoch; `undefined` when there are none. */
  readonly trustedUntil: number | undefined;
}

/** The issuer answers again. */
export interface KeysRecoveredEvent extends KeySetFacts {
  readonly type: 'keys.recovered';
}

/** The snapshot of a key set could not be read or written; the issuer is asked instead. */
export interface KeysSnapshotEvent extends KeySetFacts {
  readonly type: 'keys.snapshot_failed';
  readonly operation: 'read' | 'write';
  readonly cause: unknown;
}

/** What happens to the keys of an issuer. No event holds a key. */
export type KeySetEvent =
  KeysRefreshedEvent | KeyIgnoredEvent | KeysFailingEvent | KeysRecoveredEvent | KeysSnapshotEvent;
