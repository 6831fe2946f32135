import type { Principal } from '../core/principal.js';
import type { OpenAnswer, OpenAnswers } from '../guards/open-answers.js';
import { oneLine } from '../observability/caller-facts.js';
import type { RevocationAddedEvent } from '../observability/credential-event.js';
import { revocableFrom } from '../verification/revocation/revocable-verifier.js';
import { RevocationList } from '../verification/revocation/revocation-list.js';
import type { Revocation } from '../verification/revocation/revocation.js';

/**
 * Ends the answers that are being given for a credential when it is put on the list here.
 *
 * @returns Ends that.
 */
export function endAnswersOfRevoked(
  answers: OpenAnswers,
  revocation: Revocation | undefined,
): () => void {
  if (!(revocation instanceof RevocationList)) return () => undefined;
  return revocation.subscribe(async (event) => {
    const concerned = [...answers].filter(({ principal }) => isAbout(event, principal));
    await Promise.all(concerned.map((each) => endIfRevoked(each, revocation)));
  });
}

/** Of a subject, tokens that were issued since are not revoked: the list knows. */
async function endIfRevoked(answer: OpenAnswer, revocation: RevocationList): Promise<void> {
  try {
    if (!(await revocation.isRevoked(revocableFrom(answer.principal)))) return;
  } catch {
    // Whoever cannot be told not to be revoked does not go on.
  }
  answer.end();
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
