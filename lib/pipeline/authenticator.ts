import { InvalidCredential, MissingCredential } from '../core/auth-error.js';
import type { AuthRequest } from '../core/auth-request.js';
import type { Credential } from '../core/credential.js';
import { whenReady, type MaybePromise } from '../core/maybe-promise.js';
import type { AuthenticatedPrincipal } from '../core/principal.js';
import type { VerifiedCredential } from '../core/verified-credential.js';
import type { CredentialExtractor } from '../credential/credential-extractor.js';
import type { PrincipalMapper } from '../principal/principal-mapper.js';
import type { CredentialVerifier } from '../verification/credential-verifier.js';

/** The stages a request passes on its way to a principal. */
export interface Stages {
  /** Asked in order; the first that finds a credential decides. */
  readonly extractors: readonly CredentialExtractor[];
  /** Asked in order; the first that claims the credential decides. */
  readonly verifiers: readonly CredentialVerifier[];
  readonly mapper: PrincipalMapper;
}

/** Establishes who is calling: extract, verify, resolve. */
export class Authenticator {
  readonly #stages: Stages;

  constructor(stages: Stages) {
    this.#stages = stages;
  }

  /**
   * A credential that was verified before is answered at once, without a promise.
   *
   * @throws {MissingCredential} When the request carries no credential.
   * @throws {InvalidRequest} When it carries a malformed one, or several.
   * @throws {InvalidCredential} When it carries a bad one.
   * @throws {AuthUnavailable} When nobody can tell at present.
   */
  authenticate(request: AuthRequest): MaybePromise<AuthenticatedPrincipal> {
    return whenReady(this.#verify(this.#extract(request)), (verified) =>
      this.#stages.mapper.map(verified),
    );
  }

  #extract(request: AuthRequest): Credential {
    for (const extractor of this.#stages.extractors) {
      const credential = extractor.extract(request);
      if (credential) return credential;
    }
    const isOther = request.header('authorization').some((value) => value.trim() !== '');
    throw new MissingCredential(isOther ? 'unsupported_scheme' : 'missing_credentials');
  }

  #verify(credential: Credential): MaybePromise<VerifiedCredential> {
    const verifier = this.#stages.verifiers.find((each) => each.claims(credential));
    if (!verifier) throw new InvalidCredential('token_malformed');
    return verifier.verify(credential);
  }
}
