import { AsyncLocalStorage } from 'node:async_hooks';
import { authOf, type RequestAuth } from './request-auth.js';
import type { Scope } from './request-scope.js';

// Of the whole process: what is kept is the request itself, and who made it is kept by the request.
const scopes = new AsyncLocalStorage<Scope | undefined>();

/**
 * Does the rest of a request's work with the request at hand: through awaits, timers and streams that
 * begin in there.
 */
export function withRequest<T>(scope: Scope, work: () => T): T {
  return scopes.run(scope, work);
}

/** Does what is done on behalf of no request, though one may have begun it. */
export function outsideRequests<T>(work: () => T): T {
  return scopes.run(undefined, work);
}

/** The request on whose behalf the caller runs; `undefined` outside of one. */
export function currentScope(): Scope | undefined {
  return scopes.getStore();
}

/** What the guards established about that request. */
export function currentAuth(): RequestAuth | undefined {
  const scope = currentScope();
  return scope && authOf(scope.request);
}
