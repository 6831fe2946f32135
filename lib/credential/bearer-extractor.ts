import type { AuthRequest } from '../core/auth-request.js';
import { InvalidRequest } from '../core/auth-error.js';
import { Credential } from '../core/credential.js';
import type { CredentialExtractor } from './credential-extractor.js';

// RFC 9110 section 11.4: the scheme is a token, compared without regard to case.
const SCHEME = /^ *bearer(?=[ \t]|$)/i;

// RFC 6750 section 2.1: "Bearer" 1*SP b64token. Octets above ASCII are let through, so that a
// mangled token is answered as a malformed token by the verifier.
const ONE_TOKEN = /^ *bearer +([A-Za-z0-9\-._~+/\u0080-\u00ff]+=*) *$/i;

/** Reads `Authorization: Bearer <token>`: one header, one token. */
export class BearerExtractor implements CredentialExtractor {
  extract(request: AuthRequest): Credential | undefined {
    const [header, ...others] = request.header('authorization');
    if (others.length > 0) throw new InvalidRequest('multiple_credentials');
    if (header === undefined || !SCHEME.test(header)) return;
    const token = ONE_TOKEN.exec(header)?.[1];
    if (token === undefined) throw new InvalidRequest('malformed_authorization');
    return new Credential('header', token);
  }
}
