import { requestValue, type ValueOptions } from './request-value.js';

/**
 * The principal of the request, also where `principal.load` finds a user, whom `@CurrentUser()` gives.
 *
 * @param options `required` (default `false`): refuse the request where nobody is authenticated,
 *   instead of passing `undefined`.
 * @publicApi
 */
export function CurrentPrincipal({ required = false }: ValueOptions = {}): ParameterDecorator {
  return requestValue({ name: 'CurrentPrincipal', read: (principal) => principal, required });
}
