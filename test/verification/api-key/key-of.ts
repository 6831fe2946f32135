import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { digestApiKey } from '../../../lib/verification/api-key/digest-api-key.js';

/** A key of a given id, with a secret of its own and the right checksum. */
export function keyOf(prefix: string, id: string): string {
  const unchecked = `${prefix}_${id}_${randomBytes(32).toString('hex')}`;
  return unchecked + crc32(unchecked).toString(16).padStart(8, '0');
}

keyOf.hash = (key: string): string => digestApiKey(key);
