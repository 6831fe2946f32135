import { AuthUnavailable, InvalidCredential } from '../../core/auth-error.js';
import type { Credential } from '../../core/credential.js';
import { whenReady, type MaybePromise } from '../../core/maybe-promise.js';
import { ownProperty } from '../../core/own-property.js';
import type { VerifiedCredential } from '../../core/verified-credential.js';
import type { CredentialVerifier } from '../credential-verifier.js';
import { lookUp, type LookUpSettings } from '../../core/look-up.js';
import type { RevocableCredential, Revocation } from './revocation.js';

/** What is verified by, and what knows whether it was revoked since. */
export interface RevocableVerifierParts {
  readonly verifier: CredentialVerifier;
  readonly revocation: Revocation;
  /** How long the answer may take, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Lets a credential in that another verifier accepts and nobody revoked. It asks each time, after the
 * other verifier and whatever that remembers, and remembers nothing itself.
 *
 * Where the other verifier and the revocation answer at once, so does this.
 */
export class RevocableVerifier implements CredentialVerifier {
  readonly #verifier: CredentialVerifier;
  readonly #revocation: Revocation;
  readonly #settings: LookUpSettings;

  constructor({ verifier, revocation, timeoutMs }: RevocableVerifierParts) {
    this.#verifier = verifier;
    this.#revocation = revocation;
    this.#settings = { reason: 'store_unavailable', asked: 'revocation.isRevoked', timeoutMs };
  }

  claims(credential: Credential): boolean {
    return this.#verifier.claims(credential);
  }

  /** @returns The very object that the other verifier answers. */
  verify(credential: Credential): MaybePromise<VerifiedCredential> {
    return whenReady(this.#verifier.verify(credential), (verified) => this.#check(verified));
  }

  close(): void {
    this.#verifier.close?.();
  }

  #check(verified: VerifiedCredential): MaybePromise<VerifiedCredential> {
    const revocable = revocableFrom(verified);
    const answer = lookUp(() => this.#revocation.isRevoked(revocable), this.#settings);
    return whenReady(answer, (isRevoked) => {
      assertNotRevoked(isRevoked);
      return verified;
    });
  }
}

/** Only a literal `false` lets in. */
function assertNotRevoked(answer: unknown): void {
  if (answer === false) return;
  if (answer === true) throw new InvalidCredential('token_revoked');
  const detail = 'revocation.isRevoked answered neither true nor false';
  throw new AuthUnavailable('store_unavailable', { detail, retryAfterSeconds: 1 });
}

/** What a credential, or whoever it was found to be, can be revoked by. */
export function revocableFrom({
  issuer,
  claims,
  expiresAt,
}: Pick<VerifiedCredential, 'issuer' | 'claims' | 'expiresAt'>): RevocableCredential {
  return {
    issuer,
    claims,
    expiresAt,
    // As principals have it: a client's own token may name nobody else.
    subject: textOf(claims, 'sub') ?? textOf(claims, 'client_id'),
    tokenId: textOf(claims, 'jti'),
    sessionId: textOf(claims, 'sid'),
    issuedAt: numberOf(claims, 'iat'),
  };
}

/** @throws {InvalidCredential} When it is there and no text: nobody could have revoked it by that name. */
function textOf(claims: VerifiedCredential['claims'], name: string): string | undefined {
  const value = ownProperty(claims, name);
  if (value === undefined || typeof value === 'string') return value;
  throw new InvalidCredential('claim_type', { detail: name });
}

function numberOf(claims: VerifiedCredential['claims'], name: string): number | undefined {
  const value = ownProperty(claims, name);
  if (value === undefined || typeof value === 'number') return value;
  throw new InvalidCredential('claim_type', { detail: name });
}
