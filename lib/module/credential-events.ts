import { currentAuth, currentScope } from '../context/current-request.js';
import type { AuthEvents } from '../observability/auth-events.js';
import { oneLine } from '../observability/caller-facts.js';
import type { CredentialEvent } from '../observability/credential-event.js';
import { RevocationList } from '../verification/revocation/revocation-list.js';
import type { Container } from './options/ports.js';
import type { ResolvedAuthOptions } from './options/resolve-options.js';

/**
 * Tells whoever listens of the keys that are made and ended, and of the tokens that are revoked, by what
 * the options name; and who does it, where a request does.
 *
 * @returns Ends that.
 */
export function tellOfCredentials(
  { credentials, revocation }: ResolvedAuthOptions,
  events: AuthEvents,
  container: Container,
): () => void {
  if (!events.hasListeners) return () => undefined;
  const tell = (event: CredentialEvent): void => {
    events.emit({ ...event, ...byWhom() });
  };
  const list = revocation?.in(container);
  const makers = new Set(credentials.flatMap(({ keys }) => keys ?? []));
  const subscriptions = [...makers].map((keys) => keys.subscribe(tell));
  if (list instanceof RevocationList) subscriptions.push(list.subscribe(tell));
  return () => {
    for (const end of subscriptions) end();
  };
}

function byWhom(): Pick<CredentialEvent, 'doneBy' | 'requestId'> {
  const caller = currentAuth()?.principal;
  return {
    doneBy: caller && caller.kind !== 'anonymous' ? oneLine(caller.subject) : undefined,
    requestId: currentScope()?.requestId(),
  };
}
