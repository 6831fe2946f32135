import type { AuthRequest } from '../core/auth-request.js';
import { InvalidRequest } from '../core/auth-error.js';
import { Credential } from '../core/credential.js';
import type { CredentialExtractor } from './credential-extractor.js';

/** What separates two credentials, or quotes a parameter, and stands in no token (RFC 6750 section 2.1, RFC 9110 section 11.2). */
const hasSeparator = (token: string): boolean =>
  token.includes(' ') || token.includes('\t') || token.includes(',') || token.includes('"');

/**
 * Reads `Authorization: <scheme> <token>`: one header, one token.
 *
 * What a token is made of is for its verifier to say, which reads every character of it anyway.
 */
export class AuthorizationExtractor implements CredentialExtractor {
  readonly source = 'header';
  readonly isRepeatable = true;
  readonly #scheme: RegExp;
  readonly #assertMeant: (request: AuthRequest) => void;

  /**
   * @param scheme A token (RFC 9110 section 11.1), compared without regard to case.
   * @param assertMeant Told of a request that has such a header. Default: whoever sends it means it.
   * @throws {Forbidden} Whatever `assertMeant` throws, where a browser sent it on its own.
   */
  constructor(scheme: string, assertMeant: (request: AuthRequest) => void = () => undefined) {
    this.#assertMeant = assertMeant;
    this.#scheme = new RegExp(`^ *${escaped(scheme)}(?=[ \\t]|$) *`, 'i');
  }

  extract(request: AuthRequest): Credential | undefined {
    const headers = request.header('authorization');
    if (headers.length > 1) throw new InvalidRequest('multiple_credentials');
    const header = headers[0] ?? '';
    const scheme = this.#scheme.exec(header)?.[0];
    if (scheme === undefined) return;
    const token = header.slice(scheme.length, endOf(header));
    if (token === '' || hasSeparator(token)) {
      throw new InvalidRequest('malformed_authorization');
    }
    this.#assertMeant(request);
    return new Credential('header', token, request.isLasting);
  }
}

function escaped(scheme: string): string {
  return scheme.replace(/[^\w]/g, '\\$&');
}

/** Where a header ends but for the spaces behind it, and no other white space. */
function endOf(header: string): number {
  let end = header.length;
  while (header[end - 1] === ' ') end -= 1;
  return end;
}
