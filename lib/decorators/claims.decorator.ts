import type { Claims as VerifiedClaims } from '../core/claims.js';
import { requestValue, type ValueOptions } from './request-value.js';

/** What `@Claims()` passes. */
export type Claims = VerifiedClaims;

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
