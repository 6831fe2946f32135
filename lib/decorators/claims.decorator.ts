import type { Claims as VerifiedClaims } from '../core/claims.js';
import type { Principal } from '../core/principal.js';
import { requestValue, type ValueOptions } from './request-value.js';

/** What `@Claims()` passes. */
export type Claims = VerifiedClaims;

/** Whose claims are passed. */
export interface ClaimsOptions extends ValueOptions {
  /** Those of this kind of credential only: `jwt`, and an API key has none. Default: of any. */
  readonly of?: string;
}

/**
 * The verified claims, deeply frozen.
 *
 * @param options `of`: those of one kind of credential only. `required` (default `false`): refuse the
 *   request where nobody is authenticated (401), or with another kind (403), instead of passing
 *   `undefined`.
 * @publicApi
 */
export function Claims({ of, required = false }: ClaimsOptions = {}): ParameterDecorator {
  const read = ({ claims, credentialKind }: Principal): VerifiedClaims | undefined =>
    of === undefined || of === credentialKind ? claims : undefined;
  return requestValue({ name: 'Claims', read, required });
}
