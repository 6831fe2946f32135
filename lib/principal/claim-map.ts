import { PropertyPath } from '../core/property-path.js';

/**
 * How the value of a claim lists names:
 *
 * - `list`: an array of strings; a lone string is one name.
 * - `space`, `comma`: a string of names so separated, or an array of strings.
 * - `keys`: an object whose member names are the names, or an array of strings.
 */
export type ClaimFormat = (typeof CLAIM_FORMATS)[number];

export const CLAIM_FORMATS = ['list', 'space', 'comma', 'keys'] as const;

/** Where in the claims something is, and in what form. A string alone is the path, in the default form. */
export type ClaimSource =
  | string
  | {
      readonly path: string;
      readonly format?: ClaimFormat;
      /**
       * What a name may begin with or not, meaning the same: with `org:`, whoever was given `admin` or
       * `org:admin` has both. Not for the organization, which has one name.
       *
       * @default none
       */
      readonly optionalPrefix?: string;
    };

/**
 * Where an issuer's tokens say what. Each entry is one source, or several tried in order: the first
 * that leads to a value (other than `null`) decides, even if it lists nothing. Only own properties are
 * read.
 *
 * A path is written `realm_access.roles`, `cognito:groups`, `["https://example.com/roles"]` or
 * `resource_access["my.client"].roles`.
 */
export interface ClaimMap {
  /** Default: `['roles']`, format `list`. */
  readonly roles?: ClaimSource | readonly ClaimSource[];
  /** Default: `['permissions']`, format `list`. */
  readonly permissions?: ClaimSource | readonly ClaimSource[];
  /** Default: `['scope', 'scp']`, format `space` (RFC 8693 section 4.2). */
  readonly scopes?: ClaimSource | readonly ClaimSource[];
  /** Default: `['org_id', 'organization_id']`. Must lead to exactly one name; several count as none. */
  readonly organizationId?: ClaimSource | readonly ClaimSource[];
}

/** A claim map whose paths are parsed and whose defaults are filled in. */
export type CompiledClaimMap = { readonly [Name in keyof ClaimMap]-?: readonly CompiledSource[] };

interface CompiledSource {
  readonly path: PropertyPath;
  readonly format: ClaimFormat;
  readonly optionalPrefix: string | undefined;
}

interface Found {
  readonly value: unknown;
  readonly source: CompiledSource;
}

/** What a claim map says where it says nothing. */
export const DEFAULT_CLAIM_MAP = {
  roles: { sources: ['roles'], format: 'list' },
  permissions: { sources: ['permissions'], format: 'list' },
  scopes: { sources: ['scope', 'scp'], format: 'space' },
  organizationId: { sources: ['org_id', 'organization_id'], format: 'list' },
} as const satisfies Record<keyof ClaimMap, { sources: readonly string[]; format: ClaimFormat }>;

/** @throws {SyntaxError} When a path is none. */
export function compileClaimMap(map: ClaimMap = {}): CompiledClaimMap {
  const compile = (name: keyof ClaimMap): readonly CompiledSource[] => {
    const { sources, format } = DEFAULT_CLAIM_MAP[name];
    return [map[name] ?? sources].flat().map((source) => compileSource(source, format));
  };
  return {
    roles: compile('roles'),
    permissions: compile('permissions'),
    scopes: compile('scopes'),
    organizationId: compile('organizationId'),
  };
}

function compileSource(source: ClaimSource, defaultFormat: ClaimFormat): CompiledSource {
  const given = typeof source === 'string' ? { path: source } : source;
  const { path, format = defaultFormat, optionalPrefix } = given;
  return { path: PropertyPath.parse(path), format, optionalPrefix };
}

/** The names that the first source with a value lists; none when no source has one. */
export function readNames(claims: unknown, sources: readonly CompiledSource[]): readonly string[] {
  const found = firstValue(claims, sources);
  return found ? namesOf(found.value, found.source) : [];
}

/** As {@link readNames}; a whole number in a list names the role with these digits, for some number their roles. */
export function readRoles(claims: unknown, sources: readonly CompiledSource[]): readonly string[] {
  const found = firstValue(claims, sources);
  if (!found) return [];
  const { value, source } = found;
  const spelt = (each: unknown): unknown => (Number.isSafeInteger(each) ? String(each) : each);
  return namesOf(Array.isArray(value) ? value.map(spelt) : value, source);
}

function firstValue(claims: unknown, sources: readonly CompiledSource[]): Found | undefined {
  for (const source of sources) {
    const value = source.path.read(claims);
    if (value !== undefined && value !== null) return { value, source };
  }
  return;
}

function namesOf(value: unknown, { format, optionalPrefix }: CompiledSource): readonly string[] {
  const names = listed(value, format);
  if (optionalPrefix === undefined) return names;
  return names.flatMap((name) => withAndWithout(name, optionalPrefix));
}

/** However often the prefix stands there, it means no more than once. */
function withAndWithout(name: string, prefix: string): readonly string[] {
  let bare = name;
  while (bare.startsWith(prefix)) bare = bare.slice(prefix.length);
  return isName(bare) ? [bare, `${prefix}${bare}`] : [name];
}

/** What does not have the expected form lists nothing: a claim is never coerced into an authority. */
function listed(value: unknown, format: ClaimFormat): readonly string[] {
  if (Array.isArray(value)) return value.filter(isName);
  if (format === 'keys') return isRecord(value) ? Object.keys(value).filter(isName) : [];
  return typeof value === 'string' ? split(value, format).filter(isName) : [];
}

function split(text: string, format: 'list' | 'space' | 'comma'): readonly string[] {
  switch (format) {
    case 'list':
      return [text];
    case 'space':
      return text.split(' ');
    case 'comma':
      return text.split(',').map((name) => name.trim());
  }
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
