import type { AuthRequest } from '../core/auth-request.js';
import { InvalidRequest } from '../core/auth-error.js';
import { Credential } from '../core/credential.js';
import type { CredentialExtractor } from './credential-extractor.js';

/** Reads a header that holds a credential and nothing else: `X-API-Key`. */
export class HeaderExtractor implements CredentialExtractor {
  readonly source = 'header';
  readonly isRepeatable = true;
  readonly #name: string;

  /** @param name In lower case. */
  constructor(name: string) {
    this.#name = name;
  }

  extract(request: AuthRequest): Credential | undefined {
    const [value = '', ...others] = request.header(this.#name);
    if (others.length > 0) throw new InvalidRequest('multiple_credentials');
    return value === '' ? undefined : new Credential('header', value, request.isLasting);
  }
}
