import { InvalidCredential } from '../../../../lib/core/auth-error.js';
import type { Claims } from '../../../../lib/core/claims.js';
import { Credential } from '../../../../lib/core/credential.js';
import type { VerifiedCredential } from '../../../../lib/core/verified-credential.js';
import type { CredentialVerifier } from '../../../../lib/verification/credential-verifier.js';

/** What a verifier said of a token. */
export type Verdict =
  | { readonly kind: 'accepted'; readonly verified: VerifiedCredential }
  | { readonly kind: 'refused'; readonly reason: string };

/** A bad token is never anybody else's fault: any failure but `InvalidCredential` fails the test. */
export async function verdictOn(subject: CredentialVerifier, token: string): Promise<Verdict> {
  try {
    return { kind: 'accepted', verified: await subject.verify(new Credential('header', token)) };
  } catch (failure) {
    if (!(failure instanceof InvalidCredential)) throw failure;
    return { kind: 'refused', reason: failure.reason };
  }
}

/** The claims of a token that must be accepted. */
export async function acceptedClaims(subject: CredentialVerifier, token: string): Promise<Claims> {
  const verdict = await verdictOn(subject, token);
  if (verdict.kind === 'accepted') return verdict.verified.claims;
  throw new Error(`A valid token was refused: ${verdict.reason}`);
}

/** Why a token was refused that must be refused. */
export async function refusalReason(subject: CredentialVerifier, token: string): Promise<string> {
  const verdict = await verdictOn(subject, token);
  if (verdict.kind === 'refused') return verdict.reason;
  throw new Error('A token was accepted that must be refused');
}
