import { AuthError, InvalidRequest } from '../core/auth-error.js';
import type { AuthRequest } from '../core/auth-request.js';
import { Credential } from '../core/credential.js';
import type { CredentialExtractor } from './credential-extractor.js';

/** Finds a credential where only the application knows to look. */
export type Extract = (request: AuthRequest) => string | null | undefined;

/** Reads a credential as a function of the application's does. */
export class CustomExtractor implements CredentialExtractor {
  readonly source = 'header';
  readonly isRepeatable = false;
  readonly #extract: Extract;

  constructor(extract: Extract) {
    this.#extract = extract;
  }

  /** @throws {InvalidRequest} When the function throws, or gives what is no text: it could not read what was sent. */
  extract(request: AuthRequest): Credential | undefined {
    const value = this.#read(request);
    if (value === undefined || value === null || value === '') return;
    if (typeof value !== 'string') throw new InvalidRequest('malformed_authorization');
    return new Credential('header', value);
  }

  #read(request: AuthRequest): unknown {
    try {
      return this.#extract(request);
    } catch (failure) {
      if (failure instanceof AuthError) throw failure;
      throw new InvalidRequest('malformed_authorization');
    }
  }
}
