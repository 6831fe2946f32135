import { AsyncLocalStorage } from 'node:async_hooks';
import { authOf, type RequestAuth } from './request-auth.js';

// Of the whole process: what is kept is the request itself, and who made it is kept by the request.
const requests = new AsyncLocalStorage<object>();

/**
 * Does the rest of a request's work with the request at hand: through awaits, timers and streams that
 * begin in there.
 *
 * @param request The one object that stands for the request in middleware, guards and handlers alike.
 */
export function withRequest(request: object, work: () => void): void {
  requests.run(request, work);
}

/** The request on whose behalf the caller runs; `undefined` outside of one. */
export function currentRequest(): object | undefined {
  return requests.getStore();
}

/** What the guards established about that request. */
export function currentAuth(): RequestAuth | undefined {
  const request = currentRequest();
  return request && authOf(request);
}
