import type { ForwardedContext as Forwarded } from '../context/forwarded-context.js';
import { requestValue, type ValueOptions } from './request-value.js';

/** What `@ForwardedContext()` passes. */
export type ForwardedContext = Forwarded;

/**
 * What a trusted service says of its own caller, as `AuthService.forwardedContext()` has it; `undefined`
 * for everybody else. It grants nothing: `@Roles` and the like are measured by the token of the service.
 *
 * @param options `required` (default `false`): refuse the request where there is none: 401 when nobody
 *   is authenticated, 403 for any other caller.
 * @publicApi
 */
export function ForwardedContext({ required = false }: ValueOptions = {}): ParameterDecorator {
  return requestValue({
    name: 'ForwardedContext',
    read: (_principal, auth) => auth.forwardedContext,
    required,
  });
}
