import type { Principal } from '../core/principal.js';
import type { RequestFacts } from '../observability/auth-event.js';
import { callerFactsOf, millisecondsSince } from '../observability/caller-facts.js';
import type { Visit } from './visit.js';

/** What events tell of a request. It gets a name, if it has none yet. */
export function requestFactsOf(
  visit: Visit,
  principal: Principal | undefined = visit.principal,
): RequestFacts {
  const { handler, exchange, startedAt } = visit;
  return {
    ...{ handler, route: exchange.route },
    ...{ requestId: visit.requestId, milliseconds: millisecondsSince(startedAt) },
    ...callerFactsOf(principal),
  };
}
