import type { Credential } from '../core/credential.js';
import type { VerifiedCredential } from '../core/verified-credential.js';

/** The same token may come in a header and in a cookie; how it came this time is what counts. */
export function presentedAs<T extends VerifiedCredential>(credential: Credential, verified: T): T {
  const isSame = verified.credential.source === credential.source;
  return isSame ? verified : { ...verified, credential };
}
