import type { ApiKeyRecord } from '../../stores/api-key-store.js';
import { MAX_SECONDS } from '../identity.js';
import { isAddressEntry } from './address-list.js';

/** When a key ends: not at all, at a time, or after a time. */
export interface ApiKeyEnd {
  /**
   * From then on it is refused: a date, or seconds since the epoch, later than now.
   *
   * @default never
   */
  readonly expiresAt?: Date | number | null | undefined;
  /** For how long it holds, in seconds, more than 0. Instead of `expiresAt`. */
  readonly expiresInSeconds?: number | undefined;
}

/** What is to be said of a new key. */
export interface NewApiKey
  extends
    ApiKeyEnd,
    Pick<
      ApiKeyRecord,
      | 'subject'
      | 'name'
      | 'organizationId'
      | 'roles'
      | 'permissions'
      | 'scopes'
      | 'claims'
      | 'allowedAddresses'
    > {}

/** What a new key and its successors have in common. */
export type ApiKeyAttributes = Omit<NewApiKey, keyof ApiKeyEnd>;

/**
 * A copy of what is known to be good, and nothing else that may be with it.
 *
 * @throws {TypeError} When something is not what it should be. No message holds what was given.
 */
export function checkAttributes(given: ApiKeyAttributes): ApiKeyAttributes {
  const { subject, name, organizationId } = given;
  if (!isName(subject))
    throw new TypeError('The subject of an API key is a text that is not empty');
  if (!isAbsent(name) && typeof name !== 'string') {
    throw new TypeError('The name of an API key is a text');
  }
  if (!isAbsent(organizationId) && !isName(organizationId)) {
    throw new TypeError('The organization of an API key is a text that is not empty');
  }
  return {
    subject,
    name,
    organizationId,
    roles: listOf(given.roles),
    permissions: listOf(given.permissions),
    scopes: listOf(given.scopes),
    claims: claimsOf(given.claims),
    allowedAddresses: addressesOf(given.allowedAddresses),
  };
}

/**
 * When a key ends that is made now; `undefined`: never.
 *
 * @param now Milliseconds since the epoch.
 * @throws {TypeError} When that is said twice.
 * @throws {RangeError} When it is not later than now, or no time at all.
 */
export function endOf({ expiresAt, expiresInSeconds }: ApiKeyEnd, now: number): Date | undefined {
  if (!isAbsent(expiresAt) && expiresInSeconds !== undefined) {
    throw new TypeError('An API key has expiresAt or expiresInSeconds, not both');
  }
  if (isAbsent(expiresAt) && expiresInSeconds === undefined) return;
  const end = isAbsent(expiresAt)
    ? new Date(now + numberOf(expiresInSeconds) * 1000)
    : new Date(expiresAt instanceof Date ? expiresAt : numberOf(expiresAt) * 1000);
  if (end.getTime() > now && end.getTime() < MAX_SECONDS * 1000) return end;
  throw new RangeError(
    'An API key expires at a time that is yet to come, in seconds where it is a number',
  );
}

function listOf(names: unknown): readonly string[] | undefined {
  if (isAbsent(names)) return;
  if (Array.isArray(names) && names.every(isName)) return [...names];
  throw new TypeError('Roles, permissions and scopes of an API key are lists of texts, none empty');
}

/** A list of none would let nobody in. */
function addressesOf(addresses: unknown): readonly string[] | undefined {
  if (isAbsent(addresses)) return;
  const isList = Array.isArray(addresses) && addresses.length > 0;
  if (isList && addresses.every(isAddressEntry)) return [...addresses];
  throw new TypeError(
    'The allowed addresses of an API key are IP addresses or subnets, at least one',
  );
}

/** What a store that writes JSON would give back. */
function claimsOf(claims: unknown): Readonly<Record<string, unknown>> | undefined {
  if (isAbsent(claims)) return;
  if (typeof claims === 'object' && !Array.isArray(claims)) {
    try {
      return JSON.parse(JSON.stringify(claims)) as Record<string, unknown>;
    } catch {
      // As if it were no object.
    }
  }
  throw new TypeError('The claims of an API key are an object that can be written as JSON');
}

function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** A text is not taken for the number it looks like. */
function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN;
}
