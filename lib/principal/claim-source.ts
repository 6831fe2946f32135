import { AuthError, InvalidCredential } from '../core/auth-error.js';
import type { Claims } from '../core/claims.js';
import { isPending } from '../core/maybe-promise.js';
import { ownProperty } from '../core/own-property.js';
import { PropertyPath } from '../core/property-path.js';

/**
 * How the value of a claim lists names:
 *
 * - `list`: an array of strings; a lone string is one name.
 * - `space`, `comma`: a string of names so separated, or an array of strings.
 * - `keys`: an object whose member names are the names, or an array of strings.
 * - `grants`: an object whose member names are the names, each with an object that has a member for every
 *   organization in which it was granted, or a list of such objects. What counts is what was granted in the
 *   organization that the caller acts in; without one, nothing.
 */
export type ClaimFormat = (typeof CLAIM_FORMATS)[number];

export const CLAIM_FORMATS = ['list', 'space', 'comma', 'keys', 'grants'] as const;

/** What is known of a caller when a {@link ClaimReader} is asked. */
export interface ClaimContext {
  /** The organization the caller acts in; `undefined` where there is none, and while it is being read. */
  readonly organizationId: string | undefined;
}

/**
 * Reads names where no path leads. What it returns is taken as the value of a claim would be; `null` and
 * `undefined` leave it to the next source. A token that makes it throw is refused: with the `AuthError`
 * it throws, or as an invalid one.
 */
export type ClaimReader = (claims: Claims, context: ClaimContext) => unknown;

/** Where in the claims something is, and in what form. */
export interface ClaimPlace {
  /** Names separated by dots: `realm_access.roles`; `{organization}` stands for the organization the caller acts in. */
  readonly path: string;
  /**
   * How the value lists names: an array (`list`), a text (`space`, `comma`), or the names of the members
   * of an object (`keys`).
   *
   * @default `list`; of scopes, `space`
   */
  readonly format?: ClaimFormat;
  /**
   * What a name may begin with or not, meaning the same: with `org:`, whoever was given `admin` or
   * `org:admin` has both. Not for the organization, which has one name.
   *
   * @default none
   */
  readonly optionalPrefix?: string;
}

/** Several places, all of which count. */
export interface ClaimUnion {
  /** The places whose names are put together. */
  readonly union: readonly ClaimSource[];
}

/**
 * Where names come from: a place (a string alone is its path, in the default form), several that all
 * count, or a function.
 */
export type ClaimSource = string | ClaimPlace | ClaimUnion | ClaimReader;

/** A source that is ready to be read. */
export type CompiledSource =
  | { readonly union: readonly CompiledSource[] }
  | {
      readonly read: ClaimReader;
      readonly format: ClaimFormat;
      readonly optionalPrefix: string | undefined;
      /** Whether it leads to what holds inside one organization, and nowhere else. */
      readonly isWithin: boolean;
    };

/** @throws {SyntaxError} When a path is none. */
export function compileSource(source: ClaimSource, defaultFormat: ClaimFormat): CompiledSource {
  if (typeof source === 'function') {
    const read = guarded(source);
    return { read, format: defaultFormat, optionalPrefix: undefined, isWithin: false };
  }
  if (isUnion(source)) {
    return { union: source.union.map((each) => compileSource(each, defaultFormat)) };
  }
  const given = typeof source === 'string' ? { path: source } : source;
  const { path, format = defaultFormat, optionalPrefix } = given;
  const parsed = PropertyPath.parse(path);
  const isWithin = format === 'grants' || parsed.segments.includes(ORGANIZATION);
  return { read: readerOf(parsed), format, optionalPrefix, isWithin };
}

function isUnion(source: object | string): source is ClaimUnion {
  return typeof source === 'object' && Object.hasOwn(source, 'union');
}

/** Stands in a path for the organization the caller acts in, unless it is quoted. */
const ORGANIZATION = '{organization}';

/** What looks in a path as if it stood for something, and stands for nothing. */
export function unknownPlaceholderIn({ segments, quoted }: PropertyPath): string | undefined {
  return segments.find(
    (name, index) => !quoted[index] && /[{}]/.test(name) && name !== ORGANIZATION,
  );
}

function readerOf(path: PropertyPath): ClaimReader {
  const { segments, quoted } = path;
  const stands = segments.map((name, index) => name === ORGANIZATION && !quoted[index]);
  if (!stands.includes(true)) return (claims) => path.read(claims);
  return (claims, { organizationId }) => {
    let value: unknown = claims;
    for (const [index, segment] of segments.entries()) {
      const name = stands[index] ? organizationId : segment;
      if (name === undefined || !isRecord(value)) return;
      value = ownProperty(value, name);
    }
    return value;
  };
}

/** Whatever a token makes of somebody's function, it is the token that is refused: why, the function may say. Nobody waits for a promise. */
function guarded(read: ClaimReader): ClaimReader {
  return (claims, context) => {
    try {
      const value = read(claims, context);
      if (!isPending(value)) return value;
      Promise.resolve(value).catch(() => undefined);
      throw new TypeError('A claim reader returned a promise');
    } catch (cause) {
      if (cause instanceof AuthError) throw cause;
      throw new InvalidCredential('claim_type', { cause, detail: 'what a claim reader expects' });
    }
  };
}

/** Those of the sources that lead to what holds inside one organization. */
export function sourcesWithin(sources: readonly CompiledSource[]): readonly CompiledSource[] {
  return sources.flatMap((source): readonly CompiledSource[] => {
    if (!('union' in source)) return source.isWithin ? [source] : [];
    const union = sourcesWithin(source.union);
    return union.length > 0 ? [{ union }] : [];
  });
}

/** What names are read from. */
export interface Spoken extends ClaimContext {
  readonly claims: Claims;
}

/** The names that the first source with a value lists; none when no source has one. */
export function readNames(spoken: Spoken, sources: readonly CompiledSource[]): readonly string[] {
  return firstNames(spoken, sources, asItIs) ?? [];
}

/** As {@link readNames}; a whole number in a list names the role with these digits, for some number their roles. */
export function readRoles(spoken: Spoken, sources: readonly CompiledSource[]): readonly string[] {
  return firstNames(spoken, sources, spelt) ?? [];
}

/** The value of the first source that has one. */
export function readValue(spoken: Spoken, sources: readonly CompiledSource[]): unknown {
  for (const source of sources) {
    const value = 'union' in source ? readValue(spoken, source.union) : valueOf(spoken, source);
    if (value !== undefined) return value;
  }
  return;
}

type Spelling = (value: unknown) => unknown;

const asItIs: Spelling = (value) => value;

const spelt: Spelling = (value) => (Number.isSafeInteger(value) ? String(value) : value);

function firstNames(
  spoken: Spoken,
  sources: readonly CompiledSource[],
  spelling: Spelling,
): readonly string[] | undefined {
  for (const source of sources) {
    const names = namesOf(spoken, source, spelling);
    if (names) return names;
  }
  return;
}

function namesOf(
  spoken: Spoken,
  source: CompiledSource,
  spelling: Spelling,
): readonly string[] | undefined {
  if ('union' in source) {
    const found = source.union.map((each) => namesOf(spoken, each, spelling));
    return found.some((each) => each) ? found.flatMap((each) => each ?? []) : undefined;
  }
  const value = valueOf(spoken, source);
  if (value === undefined) return;
  const { format, optionalPrefix } = source;
  const names =
    format === 'grants'
      ? grantedIn(spoken.organizationId, value)
      : listed(Array.isArray(value) ? value.map(spelling) : value, format);
  if (optionalPrefix === undefined) return names;
  return names.flatMap((name) => withAndWithout(name, optionalPrefix));
}

function valueOf(spoken: Spoken, { read }: { readonly read: ClaimReader }): unknown {
  return read(spoken.claims, spoken) ?? undefined;
}

/** However often the prefix stands there, it means no more than once. */
function withAndWithout(name: string, prefix: string): readonly string[] {
  let bare = name;
  while (bare.startsWith(prefix)) bare = bare.slice(prefix.length);
  return isName(bare) ? [bare, `${prefix}${bare}`] : [name];
}

/** What does not have the expected form lists nothing: a claim is never coerced into an authority. */
function listed(value: unknown, format: Exclude<ClaimFormat, 'grants'>): readonly string[] {
  if (Array.isArray(value)) return value.filter(isName);
  if (format === 'keys') return isRecord(value) ? Object.keys(value).filter(isName) : [];
  return typeof value === 'string' ? split(value, format).filter(isName) : [];
}

function grantedIn(organizationId: string | undefined, value: unknown): readonly string[] {
  if (organizationId === undefined) return [];
  const grants = [value].flat().filter(isRecord);
  return grants.flatMap((each) =>
    Object.entries<unknown>({ ...each }).flatMap(([name, organizations]) => {
      const isHere = isRecord(organizations) && Object.hasOwn(organizations, organizationId);
      return isHere && isName(name) ? [name] : [];
    }),
  );
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
