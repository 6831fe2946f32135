import type { AuthRequest } from '../core/auth-request.js';
import type { Credential, CredentialSource } from '../core/credential.js';

/** Finds a credential in one place of a request. */
export interface CredentialExtractor {
  /** Whether a client puts it there, or its browser on its own. */
  readonly source: CredentialSource;
  /** Whether it finds the same in the same request each time, for it looks at nothing else. */
  readonly isRepeatable: boolean;

  /**
   * @returns The credential, or `undefined` when the request carries none here.
   * @throws {InvalidRequest} When it carries one that is malformed, or several.
   * @throws {Forbidden} When it came without the client's doing.
   */
  extract(request: AuthRequest): Credential | undefined;
}
