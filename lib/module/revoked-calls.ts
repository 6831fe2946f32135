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
  const endIfRevoked = async (call: LastingCall, isNamed: Naming): Promise<void> => {
    const failure = await failureOf(call, { isNamed, revocation });
    if (failure) calls.end(call, failure);
  };
  const recent = new LRUCache<string, true>({ max: MAX_RECENT });
  const endTelling = revocation.subscribe(async (event) => {
    recent.set(nameOf(event), true);
    const isNamed = namedBy(event);
    const theirs = [...calls].filter(({ principal }) => principal && isNamed(principal));
    await Promise.allSettled(theirs.map((call) => endIfRevoked(call, isNamed)));
  });
  const isRecent: Naming = (principal) => namesOf(principal).some((name) => recent.has(name));
  const endWatching = calls.watch((call) => {
    const { principal } = call;
    if (recent.size > 0 && principal && isRecent(principal)) void endIfRevoked(call, isRecent);
  });
  return () => {
    endTelling();
    endWatching();
  };
}

/**
 * So many revocations are remembered. Who is let in may have been on the way when one was told, and was
 * nobody yet: authenticated before it, and kept by a loader, a policy or a handler for as long as the
 * application lets them take. So none is too old; for whoever is named by one, the list is asked once more.
 */
const MAX_RECENT = 100_000;

/** Whether it is somebody whom a revocation names. */
type Naming = (principal: Principal) => boolean;

/** Of whom something was told, and who knows more. */
interface Told {
  readonly isNamed: Naming;
  readonly revocation: RevocationList;
}

/** Of a subject, tokens that were issued since are not revoked: the list knows. */
async function failureOf(call: LastingCall, told: Told): Promise<AuthError | undefined> {
  const { principal } = call;
  if (!principal || !told.isNamed(principal)) return;
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

const KINDS = ['tokenId', 'sessionId', 'subject'] as const;

/** Asked of all that go on, of which there may be very many. */
function namedBy(event: RevocationAddedEvent): Naming {
  return (principal) => {
    const names = namesIn(principal);
    const isSame = (kind: (typeof KINDS)[number]): boolean => {
      const name = names?.[kind];
      return name !== undefined && event[kind] !== undefined && oneLine(name) === event[kind];
    };
    return KINDS.some(isSame) && oneLine(principal.issuer) === event.issuer;
  };
}

/** Two are the same where issuer, kind and name are: JSON says where each ends. */
function nameOf({ issuer, tokenId, sessionId, subject }: RevocationAddedEvent): string {
  return JSON.stringify([issuer, tokenId ?? null, sessionId ?? null, subject ?? null]);
}

/** By what events would call it that somebody can be revoked. */
function namesOf(principal: Principal): readonly string[] {
  const names = namesIn(principal);
  if (!names) return [];
  const issuer = oneLine(principal.issuer);
  return KINDS.flatMap((kind) => {
    const name = names[kind];
    if (name === undefined) return [];
    return nameOf({ type: 'revocation.added', issuer, [kind]: oneLine(name) });
  });
}

/** What the list is asked about has texts as names; of other credentials, and of nobody, it knows nothing. */
function namesIn(principal: Principal): RevocableCredential | undefined {
  if (principal.kind === 'anonymous') return;
  try {
    return revocableFrom(principal);
  } catch {
    return undefined;
  }
}
