import type { AuthRequest } from '../core/auth-request.js';
import type { Credential } from '../core/credential.js';

/** Finds one kind of credential in a request. */
export interface CredentialExtractor {
  /**
   * @returns The credential, or `undefined` when the request carries none of this kind.
   * @throws {InvalidRequest} When it carries one that is malformed, or several.
   */
  extract(request: AuthRequest): Credential | undefined;
}
