import {
  compileSource,
  type ClaimFormat,
  type ClaimSource,
  type CompiledSource,
} from './claim-source.js';

/**
 * Where an issuer's tokens say what. Each entry is one source, or several tried in order: the first
 * that leads to a value (other than `null`) decides, even if it lists nothing; of no sources, nothing is
 * read. Only own properties are read.
 *
 * A path is written `realm_access.roles`, `cognito:groups`, `["https://example.com/roles"]`,
 * `resource_access["my.client"].roles` or `tenants.{organization}.roles`.
 */
export interface ClaimMap {
  /**
   * Who is calling. Must lead to exactly one name.
   *
   * @default ['sub', 'client_id']
   */
  readonly subject?: ClaimSource | readonly ClaimSource[];
  /**
   * The caller's roles.
   *
   * @default ['roles'], format `list`
   */
  readonly roles?: ClaimSource | readonly ClaimSource[];
  /**
   * The caller's permissions.
   *
   * @default ['permissions'], format `list`
   */
  readonly permissions?: ClaimSource | readonly ClaimSource[];
  /**
   * The scopes of the token.
   *
   * @default ['scope', 'scp'], format `space`
   * @see RFC 8693 section 4.2
   */
  readonly scopes?: ClaimSource | readonly ClaimSource[];
  /**
   * The organization (tenant) the caller acts in. Must lead to exactly one name; several count as none.
   *
   * @default ['org_id', 'organization_id']
   */
  readonly organizationId?: ClaimSource | readonly ClaimSource[];
  /**
   * Who acts on behalf of the subject: a name, or an object with `sub` or `email`. A token that has it
   * in another form is refused.
   *
   * @default ['act']
   * @see RFC 8693 section 4.1
   */
  readonly actor?: ClaimSource | readonly ClaimSource[];
}

/** A claim map whose paths are parsed and whose defaults are filled in. */
export type CompiledClaimMap = {
  readonly [Name in keyof ClaimMap]-?: readonly CompiledSource[];
} & {
  /** The organization of whoever has a token of this issuer, whatever it says. */
  readonly organizationOfIssuer: string | undefined;
  /** What the provider is called whose issuer it is, where its preset says so. */
  readonly provider?: string | undefined;
};

/** What a claim map says where it says nothing. */
export const DEFAULT_CLAIM_MAP = {
  subject: { sources: ['sub', 'client_id'], format: 'list' },
  roles: { sources: ['roles'], format: 'list' },
  permissions: { sources: ['permissions'], format: 'list' },
  scopes: { sources: ['scope', 'scp'], format: 'space' },
  organizationId: { sources: ['org_id', 'organization_id'], format: 'list' },
  actor: { sources: ['act'], format: 'list' },
} as const satisfies Record<keyof ClaimMap, { sources: readonly string[]; format: ClaimFormat }>;

/**
 * @param organizationOfIssuer The organization whose issuer it is, where it is that of one.
 * @throws {SyntaxError} When a path is none.
 */
export function compileClaimMap(
  map: ClaimMap = {},
  organizationOfIssuer?: string,
): CompiledClaimMap {
  const compile = (name: keyof ClaimMap): readonly CompiledSource[] => {
    const { sources, format } = DEFAULT_CLAIM_MAP[name];
    return [map[name] ?? sources].flat().map((source) => compileSource(source, format));
  };
  return {
    subject: compile('subject'),
    roles: compile('roles'),
    permissions: compile('permissions'),
    scopes: compile('scopes'),
    organizationId: compile('organizationId'),
    actor: compile('actor'),
    organizationOfIssuer,
  };
}
