import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import { ownMembers } from '../../core/own-property.js';
import { refuseUnknown } from '../../core/refuse-unknown.js';
import { digestApiKey, type Pepper } from './digest-api-key.js';

/** What keys are made of beside chance. */
export interface ApiKeyForm {
  /** What keys begin with: `acme_live`. Lower-case letters and digits in words joined by `_`, 32 characters at most. */
  readonly prefix: string;
  /**
   * The secret that digests are keyed with, at least 32 bytes.
   *
   * @default none: digests are plain SHA-256
   */
  readonly pepper?: Pepper | undefined;
}

/** A key that was just made. */
export interface GeneratedApiKey {
  /** For its holder, and for nobody else. */
  readonly key: string;
  /** By which its record is looked up; no secret. */
  readonly id: string;
  /** What is kept in place of the key. */
  readonly hash: string;
}

const PREFIX = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/;
const MAX_PREFIX_LENGTH = 32;

const ID_BYTES = 8;
const SECRET_BYTES = 32;

/** The id, `_`, the secret, and the eight digits of the checksum. */
const AFTER_PREFIX = /^([0-9a-f]{16})_[0-9a-f]{72}$/;
const LENGTH_AFTER_PREFIX = 16 + 1 + 72;
const CHECKSUM_LENGTH = 8;

/**
 * Makes a key: `prefix_id_secret`, and a checksum at the end of the secret.
 *
 * The prefix tells people and secret scanners whose key it is, the id finds its record, and the
 * checksum tells a key from what was mistyped or made up.
 *
 * @example
 *   generateApiKey({ prefix: 'acme_live' }).key; // 'acme_live_<16 digits>_<64 + 8 digits>'
 *
 * @throws {AuthConfigurationError} When the prefix or the pepper is none, or an option is none.
 */
export function generateApiKey(form: ApiKeyForm): GeneratedApiKey {
  refuseUnknown('generateApiKey()', form, ['prefix', 'pepper']);
  const { prefix, pepper } = ownMembers(form);
  assertApiKeyPrefix(prefix);
  const id = randomBytes(ID_BYTES).toString('hex');
  const unchecked = `${prefix}_${id}_${randomBytes(SECRET_BYTES).toString('hex')}`;
  const key = unchecked + checksumOf(unchecked);
  return { key, id, hash: digestApiKey(key, pepper) };
}

/**
 * Reads the id from a key, if it is one: of the one length that keys of this prefix have, in the
 * letters they are made in, and with the right checksum. Nothing else is worth a look into a store.
 */
export function parseApiKey(key: string, prefix: string): Pick<GeneratedApiKey, 'id'> | undefined {
  // Before any other work, for anything may be sent; 256 characters are more than any key has.
  if (key.length !== prefix.length + 1 + LENGTH_AFTER_PREFIX) return;
  if (!key.startsWith(`${prefix}_`)) return;
  const id = AFTER_PREFIX.exec(key.slice(prefix.length + 1))?.[1];
  const end = key.length - CHECKSUM_LENGTH;
  if (id === undefined || checksumOf(key.slice(0, end)) !== key.slice(end)) return;
  return { id };
}

/**
 * @param option Where the prefix is configured.
 * @throws {AuthConfigurationError} When keys cannot begin with it.
 */
export function assertApiKeyPrefix(prefix: unknown, option = 'prefix'): asserts prefix is string {
  if (typeof prefix === 'string' && prefix.length <= MAX_PREFIX_LENGTH && PREFIX.test(prefix)) {
    return;
  }
  throw new AuthConfigurationError(
    option,
    'is nothing that keys can begin with',
    `Use words of lower-case letters and digits joined by "_", beginning with a letter, ${String(MAX_PREFIX_LENGTH)} characters at most: "acme_live".`,
  );
}

/** CRC-32 in hexadecimal digits: it finds mistakes, and proves nothing. */
function checksumOf(text: string): string {
  return crc32(text).toString(16).padStart(CHECKSUM_LENGTH, '0');
}
