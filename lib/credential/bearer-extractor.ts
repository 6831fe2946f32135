import type { AuthRequest } from '../core/auth-request.js';
import { InvalidRequest } from '../core/auth-error.js';
import { Credential } from '../core/credential.js';
import type { CredentialExtractor } from './credential-extractor.js';

// RFC 9110 section 11.4: the scheme is a token, compared without regard to case.
const SCHEME = /^ *bearer(?=[ \t]|$) */i;

/** What separates two credentials, or quotes a parameter, and stands in no token (RFC 6750 section 2.1). */
const hasSeparator = (token: string): boolean =>
  token.includes(' ') || token.includes('\t') || token.includes(',') || token.includes('"');

/**
 * Reads `Authorization: Bearer <token>`: one header, one token.
 *
 * What a token is made of is for its verifier to say, which reads every character of it anyway.
 */
export class BearerExtractor implements CredentialExtractor {
  extract(request: AuthRequest): Credential | undefined {
    const headers = request.header('authorization');
    if (headers.length > 1) throw new InvalidRequest('multiple_credentials');
    const header = headers[0] ?? '';
    const scheme = SCHEME.exec(header)?.[0];
    if (scheme === undefined) return;
    const token = header.slice(scheme.length, endOf(header));
    if (token === '' || hasSeparator(token)) {
      throw new InvalidRequest('malformed_authorization');
    }
    return new Credential('header', token);
  }
}

/** Where a header ends but for the spaces behind it, and no other white space. */
function endOf(header: string): number {
  let end = header.length;
  while (header[end - 1] === ' ') end -= 1;
  return end;
}
