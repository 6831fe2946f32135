import { requestValue, type ValueOptions } from './request-value.js';

/**
 * The verified claims, deeply frozen.
 *
 * @param options `required` (default `false`): refuse the request where nobody is authenticated,
 *   instead of passing `undefined`.
 * @publicApi
 */
export function Claims({ required = false }: ValueOptions = {}): ParameterDecorator {
  return requestValue({ name: 'Claims', read: (principal) => principal.claims, required });
}
