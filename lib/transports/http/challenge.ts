import type { AuthError } from '../../core/auth-error.js';
import { REFUSALS, type Refusal } from '../../core/refusal.js';

/** What a challenge says of the API as a whole. */
export interface Realm {
  readonly realm: string;
  /** Where the metadata of this resource is (RFC 9728 section 5.1). */
  readonly resourceMetadata: string | undefined;
}

const SCOPED = new Set<string>(['missing_credentials', 'insufficient_scope']);

/**
 * The value of `WWW-Authenticate` (RFC 6750 section 3): `undefined` where the answer carries none,
 * because new credentials would not help.
 *
 * @param scopes Every scope of the operation.
 */
export function challengeFor(
  { code }: AuthError,
  { realm, resourceMetadata }: Realm,
  scopes: readonly string[],
): string | undefined {
  const { status, error, message }: Refusal = REFUSALS[code];
  if (status === 404 || status === 503 || (status === 403 && !error)) return;
  const parameters = {
    realm,
    error,
    error_description: error && message,
    scope: SCOPED.has(code) && scopes.length > 0 ? scopes.join(' ') : undefined,
    resource_metadata: resourceMetadata,
  };
  return `Bearer ${Object.entries(parameters).flatMap(parameter).join(', ')}`;
}

function parameter([name, value]: [string, string | undefined]): string[] {
  return value === undefined ? [] : [`${name}=${quoted(value)}`];
}

/** A quoted-string (RFC 9110 section 5.6.4). Boot refuses what cannot stand in one. */
function quoted(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}
