import { isUtf8 } from 'node:buffer';
import { InvalidCredential, type InvalidCredentialReason } from '../../core/auth-error.js';

/** Longer tokens are refused unread, in characters. */
export const MAX_TOKEN_LENGTH = 8192;

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
  decode(signature);
  return {
    header: parseObject(decode(header), 'token_malformed'),
    claims: parseObject(decode(payload), 'claims_not_object'),
    isSigned: signature !== '',
  };
}

/** @throws {InvalidCredential} When a token is longer than any that is read. */
export function assertLength(token: string): void {
  if (token.length > MAX_TOKEN_LENGTH) throw new InvalidCredential('token_too_large');
}

/** Many texts decode to the same octets; only the one an encoder would write is accepted (RFC 4648 section 3.5). */
function decode(segment: string): Buffer {
  const octets = Buffer.from(segment, 'base64url');
  if (octets.toString('base64url') !== segment) throw new InvalidCredential('token_malformed');
  return octets;
}

/** A byte order mark is no white space of JSON (RFC 8259 section 8.1): it is kept, and refused. */
function parseObject(
  octets: Buffer,
  reason: InvalidCredentialReason,
): Readonly<Record<string, unknown>> {
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
