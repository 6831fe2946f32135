import { AuthError, AuthUnavailable, InvalidCredential } from '../core/auth-error.js';
import type { Principal } from '../core/principal.js';
import { oneLine } from '../observability/caller-facts.js';
import type { RevocationAddedEvent } from '../observability/credential-event.js';
import type { LastingCall, LastingCalls } from '../transports/lasting-calls.js';
import { revocableFrom } from '../verification/revocation/revocable-verifier.js';
import { RevocationList } from '../verification/revocation/revocation-list.js';
import type { Revocation } from '../verification/revocation/revocation.js';

/**
 * Ends what goes on by a credential when that is put on the list here.
 *
 * @returns Ends that.
 */
export function endCallsOfRevoked(
  calls: LastingCalls,
  revocation: Revocation | undefined,
): () => void {
  if (!(revocation instanceof RevocationList)) return () => undefined;
  return revocation.subscribe(async (event) => {
    await Promise.allSettled(
      [...calls].map(async (call) => {
        const failure = await failureOf(call, { event, revocation });
        if (failure) calls.end(call, failure);
      }),
    );
  });
}

/** What was told, and who knows more. */
interface Told {
  readonly event: RevocationAddedEvent;
  readonly revocation: RevocationList;
}

/** Of a subject, tokens that were issued since are not revoked: the list knows. */
async function failureOf(call: LastingCall, told: Told): Promise<AuthError | undefined> {
  const { principal } = call;
  if (!principal || principal.kind === 'anonymous') return;
  try {
    if (!isAbout(told.event, principal)) return;
    const isRevoked = await told.revocation.isRevoked(revocableFrom(principal));
    // It may go on by another credential meanwhile, which may be revoked as well.
    if (call.principal !== principal) return await failureOf(call, told);
    return isRevoked ? new InvalidCredential('token_revoked') : undefined;
  } catch (cause) {
    // Whoever cannot be told not to be revoked does not go on.
    if (cause instanceof AuthError) return cause;
    return new AuthUnavailable('store_unavailable', { cause, retryAfterSeconds: 1 });
  }
}

function isAbout(event: RevocationAddedEvent, principal: Principal): boolean {
  if (oneLine(principal.issuer) !== event.issuer) return false;
  const { tokenId, sessionId, subject } = revocableFrom(principal);
  return (
    isNamed(event.tokenId, tokenId) ||
    isNamed(event.sessionId, sessionId) ||
    isNamed(event.subject, subject)
  );
}

function isNamed(told: string | undefined, name: string | undefined): boolean {
  return told !== undefined && name !== undefined && oneLine(name) === told;
}
