import type { AuthError } from '../core/auth-error.js';
import type { AuthRequest } from '../core/auth-request.js';
import { hiddenNotes } from '../core/hidden-notes.js';
import type { Principal } from '../core/principal.js';
import type { ForwardedContext } from './forwarded-context.js';
import type { Scope } from './request-scope.js';

/** What the guards established about one request. */
export interface RequestAuth {
  /** `undefined` on a public route. */
  readonly principal: Principal | undefined;
  /** Whose guards these were: another application in the process does not rely on them. */
  readonly establishedBy: object;
  /** What a rule decided on and hands to the handler. */
  readonly resource: unknown;
  readonly request: AuthRequest;
  /** The handler the request is for, as `Class.method`. */
  readonly handler: string;
  /** What the handler and its class add to the headers that tell services of the caller. */
  readonly contextHeaders: Readonly<Record<string, string>>;
  /** What a trusted service says of its caller; `undefined` where nobody is believed. */
  readonly forwardedContext: ForwardedContext | undefined;
  /** Why it was turned away, if it was: one for each reason. What is answered may be one of them, or none. */
  readonly refusals: readonly AuthError[];
  /** What keeps a message at hand where nothing else does; `undefined` for a request of HTTP. */
  readonly messageScope: Scope | undefined;
  /** Puts a refusal into the currency of the request's transport, answer headers included. */
  refuse(error: AuthError): Error;
}

// Hidden, and no property: nothing that writes to requests can forge a principal.
const established = hiddenNotes<RequestAuth | undefined>();

/** @param request The one object that stands for the request in middleware, guards and handlers alike. */
export function rememberAuth(request: object, auth: RequestAuth): void {
  established.set(request, auth);
}

/** As if no guard had seen the request. */
export function forgetAuth(request: object): void {
  established.set(request, undefined);
}

/** `undefined` when no guard has seen the request. */
export function authOf(request: object): RequestAuth | undefined {
  return established.get(request);
}
