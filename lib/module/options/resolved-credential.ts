import type { Type } from '@nestjs/common';
import type { Clock } from '../../core/clock.js';
import type { CompiledClaimMap } from '../../principal/claim-map.js';
import type { Fetch } from '../../endpoint/fetch.js';
import type { ApiKeys } from '../../verification/api-key/api-keys.js';
import type { CredentialVerifier } from '../../verification/credential-verifier.js';
import type { JwtIssuer } from '../../verification/jwt/jwt-issuer.js';
import type { TokenMark } from '../../verification/token-mark.js';
import type { Container } from './ports.js';
import type { ResolvedPlace } from './resolve-places.js';

/** What verifiers rest on that exists only in a running application. */
export interface VerifierSurroundings {
  readonly clock: Clock;
  readonly fetch: Fetch;
  readonly container: Container;
  /** Verifies JWTs of one issuer, as those of `issuers` are verified. */
  readonly jwtVerifier: (
    issuer: JwtIssuer,
    kind: string,
    recognizedBy: readonly TokenMark[] | undefined,
  ) => CredentialVerifier;
  /** Asks for every token whether it was revoked, where that is configured. */
  readonly revocable: (verifier: CredentialVerifier) => CredentialVerifier;
  /** Told of what fails without anybody waiting for it. */
  readonly onFailure: (what: string, failure: unknown) => void;
}

/** One more kind of credential, checked, with every default filled in. */
export interface ResolvedCredential {
  readonly kind: string;
  readonly places: readonly ResolvedPlace[];
  readonly scheme: string;
  readonly declaredOnly: boolean;
  /** What its credentials begin with, or one of several such; `undefined` for what begins with anything. */
  readonly prefix: string | readonly string[] | undefined;
  /** The issuer, of JWTs. */
  readonly issuer?: JwtIssuer;
  /** Those who make and end its keys, where that is done here. */
  readonly keys?: ApiKeys | undefined;
  /** What tells its JWTs from others before they are verified. */
  readonly recognizedBy?: readonly TokenMark[] | undefined;
  /** Where its claims say what, by issuer. */
  readonly claimMap: ReadonlyMap<string, CompiledClaimMap>;
  readonly mayBeService: boolean;
  /** Whether a revocation is asked about it. */
  readonly revocable: boolean;
  /** The classes that the container must have. */
  readonly needs: readonly Type[];
  makeVerifier(surroundings: VerifierSurroundings): CredentialVerifier;
}
