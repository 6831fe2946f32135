import type { AuthEvents } from '../observability/auth-events.js';
import { callerFactsOf, roundedMilliseconds } from '../observability/caller-facts.js';
import type { OnEnded } from '../transports/lasting-calls.js';

/** Tells whoever listens of what is ended here after it was let in. */
export function tellingOfEnds(events: AuthEvents): OnEnded {
  return ({ transport, handler, route, requestId, principal }, { code, reason }, milliseconds) => {
    events.emit({
      type: 'connection.ended',
      ...{ transport, handler, route, requestId },
      ...{ milliseconds: roundedMilliseconds(milliseconds), code, reason },
      ...callerFactsOf(principal),
      principal,
    });
  };
}
