import type { AuthError } from '../../core/auth-error.js';
import { REFUSALS, type Refusal, type RefusalCode } from '../../core/refusal.js';

/** What a challenge says of the API as a whole. */
export interface Realm {
  readonly realm: string;
  /** Where the metadata of this resource is (RFC 9728 section 5.1). */
  readonly resourceMetadata: string | undefined;
}

const SCOPED = new Set<string>(['missing_credentials', 'insufficient_scope']);

/**
 * The values of `WWW-Authenticate`, one for each scheme (RFC 9110 section 11.6.1): none where new
 * credentials would not help.
 *
 * @param scopes Every scope of the operation.
 */
export function challengesFor(
  { code, schemes }: AuthError,
  realm: Realm,
  scopes: readonly string[],
): readonly string[] {
  const { status, error }: Refusal = REFUSALS[code];
  if (status === 404 || status === 503 || (status !== 401 && !error)) return [];
  return schemes.map((scheme) => challenge(scheme, parametersOf(scheme, { code, realm, scopes })));
}

interface Said {
  readonly code: RefusalCode;
  readonly realm: Realm;
  readonly scopes: readonly string[];
}

type Parameters = Readonly<Record<string, string | undefined>>;

function parametersOf(scheme: string, said: Said): Parameters {
  const { realm } = said.realm;
  switch (scheme) {
    case 'Bearer':
      return bearerParameters(said);
    case 'Basic':
      // RFC 7617 section 2.1.
      return { realm, charset: 'UTF-8' };
    default:
      return { realm };
  }
}

/** RFC 6750 section 3. */
function bearerParameters({ code, realm, scopes }: Said): Parameters {
  const { error, message }: Refusal = REFUSALS[code];
  return {
    realm: realm.realm,
    error,
    error_description: error && message,
    scope: SCOPED.has(code) && scopes.length > 0 ? scopes.join(' ') : undefined,
    resource_metadata: realm.resourceMetadata,
  };
}

function challenge(scheme: string, parameters: Parameters): string {
  return `${scheme} ${Object.entries(parameters).flatMap(parameter).join(', ')}`;
}

function parameter([name, value]: [string, string | undefined]): string[] {
  return value === undefined ? [] : [`${name}=${quoted(value)}`];
}

/** A quoted-string (RFC 9110 section 5.6.4). Boot refuses what cannot stand in one. */
function quoted(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}
