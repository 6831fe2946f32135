import type { CredentialExtractor } from '../credential/credential-extractor.js';
import type { CredentialVerifier } from '../verification/credential-verifier.js';

/** One kind of credential: where it is found, how it is verified, and where it may enter. */
export interface CredentialKind {
  /** What it is called: `jwt`, `apiKey`. */
  readonly name: string;
  /** Where it is found. Kinds that are found in the same place share one extractor. */
  readonly extractors: readonly CredentialExtractor[];
  readonly verifier: CredentialVerifier;
  /** How a client is told to prove who it is (RFC 9110 section 11.1). */
  readonly scheme: string;
  /** Whether it enters only where a handler says so. */
  readonly declaredOnly: boolean;
  /** What it looks like: kinds of one look are told apart by what a handler accepts, and by nothing else. */
  readonly look: string;
  /** Whether it may stand for a client that acts for itself. */
  readonly mayBeService: boolean;
}
