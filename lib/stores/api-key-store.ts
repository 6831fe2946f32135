import type { MaybePromise } from '../core/maybe-promise.js';

/** What is kept of an API key: never the key itself. */
export interface ApiKeyRecord {
  /** The part of the key by which it is looked up; no secret. */
  readonly id: string;
  /** SHA-256 of the whole key in hexadecimal digits, or HMAC-SHA-256 where there is a pepper. */
  readonly hash: string;
  /** Whose key it is, or what it is for: the subject of the principal. */
  readonly subject: string;
  /** For people, to tell keys apart. */
  readonly name?: string | null | undefined;
  readonly organizationId?: string | null | undefined;
  readonly roles?: readonly string[] | null | undefined;
  readonly permissions?: readonly string[] | null | undefined;
  readonly scopes?: readonly string[] | null | undefined;
  /** What else is to be known of its holder, under `principal.claims`. */
  readonly claims?: Readonly<Record<string, unknown>> | null | undefined;
  /** The addresses it may be used from, one by one or as subnets: `203.0.113.7`, `2001:db8::/32`. Default: from anywhere. */
  readonly allowedAddresses?: readonly string[] | null | undefined;
  /** A date, or seconds since the epoch, as those below. */
  readonly createdAt?: Date | number | null | undefined;
  /** From then on it is refused. Default: never. */
  readonly expiresAt?: Date | number | null | undefined;
  /** Where there is one, it is refused, whenever that is. */
  readonly revokedAt?: Date | number | null | undefined;
  readonly lastUsedAt?: Date | number | null | undefined;
}

/** What may change of a key after it was made. */
export type ApiKeyChange = Partial<Pick<ApiKeyRecord, 'expiresAt' | 'revokedAt' | 'lastUsedAt'>>;

/** Where API keys are kept. Whatever fails throws. */
export interface ApiKeyStore {
  find(id: string): MaybePromise<ApiKeyRecord | null | undefined>;

  /** @throws {Error} When there is one of that id. */
  insert(record: ApiKeyRecord): MaybePromise<void>;

  /**
   * Changes what is named, and nothing else: two changes of different members made at once both count.
   *
   * @returns Whether there is such a key.
   */
  update(id: string, change: ApiKeyChange): MaybePromise<boolean>;
}
