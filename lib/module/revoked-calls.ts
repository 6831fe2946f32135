import { LRUCache } from 'lru-cache';
import { AuthError, AuthUnavailable, InvalidCredential } from '../core/auth-error.js';
import type { Principal } from '../core/principal.js';
import { oneLine } from '../observability/caller-facts.js';
import type { RevocationAddedEvent } from '../observability/credential-event.js';
import type { LastingCall, LastingCalls } from '../transports/lasting-calls.js';
import { revocableFrom } from '../verification/revocation/revocable-verifier.js';
import { RevocationList } from '../verification/revocation/revocation-list.js';
import type { Revocation, RevocableCredential } from '../verification/revocation/revocation.js';

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
  const endIfRevoked = async (call: LastingCall, event?: RevocationAddedEvent): Promise<void> => {
    const failure = await failureOf(call, { event, revocation });
    if (failure) calls.end(call, failure);
  };
  const recent = new LRUCache<string, true>({ max: MAX_RECENT, ttl: LOOKED_UP_MS });
  const endTelling = revocation.subscribe(async (event) => {
    recent.set(nameOf(event), true);
    await Promise.allSettled([...calls].map((call) => endIfRevoked(call, event)));
  });
  const endWatching = calls.watch((call) => {
    if (recent.size > 0 && namesOf(call).some((name) => recent.has(name))) void endIfRevoked(call);
  });
  return () => {
    endTelling();
    endWatching();
  };
}

/**
 * For so long, in milliseconds, it takes until somebody is let in of whom the list was asked before: who
 * was revoked meanwhile was nobody yet when that was told.
 */
const LOOKED_UP_MS = 10_000;

/** So many revocations are remembered for so long. */
const MAX_RECENT = 100_000;

/** What was told, and who knows more. */
interface Told {
  /** `undefined` where it was told before. */
  readonly event: RevocationAddedEvent | undefined;
  readonly revocation: RevocationList;
}

/** Of a subject, tokens that were issued since are not revoked: the list knows. */
async function failureOf(call: LastingCall, told: Told): Promise<AuthError | undefined> {
  const { principal } = call;
  if (!principal || (told.event && !namesOf(call).includes(nameOf(told.event)))) return;
  try {
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

/** Two are the same where issuer, kind and name are: JSON says where each ends. */
function nameOf({ issuer, tokenId, sessionId, subject }: RevocationAddedEvent): string {
  return JSON.stringify([issuer, tokenId ?? null, sessionId ?? null, subject ?? null]);
}

/** By what events would call it that a call goes on by. */
function namesOf({ principal }: LastingCall): readonly string[] {
  if (!principal || principal.kind === 'anonymous') return [];
  const issuer = oneLine(principal.issuer);
  const revocable = namesIn(principal);
  const kinds = ['tokenId', 'sessionId', 'subject'] as const;
  return kinds.flatMap((kind) => {
    const name = revocable?.[kind];
    if (name === undefined) return [];
    return nameOf({ type: 'revocation.added', issuer, [kind]: oneLine(name) });
  });
}

/** What the list is asked about has texts as names; of other credentials, it knows nothing. */
function namesIn(principal: Principal): RevocableCredential | undefined {
  try {
    return revocableFrom(principal);
  } catch {
    return undefined;
  }
}
