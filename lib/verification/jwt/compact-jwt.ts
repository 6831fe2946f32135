import { isUtf8 } from 'node:buffer';
import { InvalidCredential, type InvalidCredentialReason } from '../../core/auth-error.js';
import { assertLength } from '../token-length.js';

/** The protected header and the claims of a JWT, read and not yet believed. */
export interface CompactJwt {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  /** Whether anything stands where the signature belongs. */
  readonly isSigned: boolean;
}

/**
 * Reads a JWT in the JWS compact serialization (RFC 7515 section 7.1), canonical spelling only.
 *
 * @throws {InvalidCredential}
 */
export function parseCompactJwt(token: string): CompactJwt {
  assertLength(token);
  const [header, payload, signature, ...rest] = token.split('.');
  if (!header || !payload || signature === undefined || rest.length > 0) {
    throw new InvalidCredential('token_malformed');
  }
  if (![header, payload, signature].every(isCanonical)) {
    throw new InvalidCredential('token_malformed');
  }
  return {
    header: parseObject(header, 'token_malformed'),
    claims: parseObject(payload, 'claims_not_object'),
    isSigned: signature !== '',
  };
}

const BASE64URL = /^[\w-]*$/;

/** What a segment may end with, by how many characters are beyond the last four: the bits of no octet are zero. */
const ENDINGS: readonly string[] = ['', '', 'AQgw', 'AEIMQUYcgkosw048'];

/**
 * Many texts decode to the same octets; only the one an encoder would write is accepted (RFC 4648
 * sections 3.5 and 5): no padding, and no bits beyond the last octet.
 */
function isCanonical(segment: string): boolean {
  const beyond = segment.length % 4;
  if (!BASE64URL.test(segment)) return false;
  return beyond === 0 || ENDINGS[beyond]?.includes(segment.slice(-1)) === true;
}

/** A byte order mark is no white space of JSON (RFC 8259 section 8.1): it is kept, and refused. */
function parseObject(
  segment: string,
  reason: InvalidCredentialReason,
): Readonly<Record<string, unknown>> {
  const octets = Buffer.from(segment, 'base64url');
  if (!isUtf8(octets)) throw new InvalidCredential(reason, { cause: 'not UTF-8' });
  const value = parse(octets.toString('utf8'), reason);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidCredential(reason);
  }
  return value as Record<string, unknown>;
}

/** The parser quotes its input in its message, which is not kept. */
function parse(text: string, reason: InvalidCredentialReason): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidCredential(reason, { cause: 'not JSON' });
  }
}
