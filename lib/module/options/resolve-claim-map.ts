import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import { PropertyPath } from '../../core/property-path.js';
import {
  compileClaimMap,
  DEFAULT_CLAIM_MAP,
  type ClaimMap,
  type CompiledClaimMap,
} from '../../principal/claim-map.js';
import { CLAIM_FORMATS, unknownPlaceholderIn } from '../../principal/claim-source.js';
import type { IssuerOptions } from './issuer-options.js';
import { assertName, assertObject, refuseUnknown } from './option-checks.js';

/**
 * What the tokens of an issuer say where.
 *
 * @throws {AuthConfigurationError}
 */
export function resolveIssuerClaims(
  option: string,
  { claims, organizationId }: Pick<IssuerOptions, 'claims' | 'organizationId'>,
): CompiledClaimMap {
  if (organizationId !== undefined && organizationId !== null) {
    const cure = 'Name the organization whose issuer this is, or leave it out.';
    assertName(`${option}.organizationId`, organizationId, cure);
  }
  return {
    ...resolveClaimMap(`${option}.claims`, claims),
    organizationOfIssuer: organizationId ?? undefined,
  };
}

/** @throws {AuthConfigurationError} */
export function resolveClaimMap(option: string, map: ClaimMap = {}): CompiledClaimMap {
  assertObject(option, map, "Give an object: claims: { roles: 'realm_access.roles' }.");
  refuseUnknown(option, map, Object.keys(DEFAULT_CLAIM_MAP));
  for (const [name, sources] of Object.entries(map) as [string, unknown][]) {
    for (const source of [sources].flat()) assertSource(`${option}.${name}`, source);
  }
  return compileClaimMap(map);
}

const PATH_CURE =
  'Write names separated by dots, and a name with a dot or a slash in it as ["name"]: realm_access.roles, ["https://example.com/roles"].';

function assertSource(option: string, source: unknown): void {
  if (typeof source === 'function') return;
  if (typeof source === 'object' && source !== null && Object.hasOwn(source, 'union')) {
    assertUnion(option, source);
    return;
  }
  if (typeof source !== 'object') {
    assertPath(option, source);
    return;
  }
  assertObject(option, source, PATH_CURE);
  refuseUnknown(option, source, ['path', 'format', 'optionalPrefix']);
  const { path, format, optionalPrefix } = source as Partial<Record<string, unknown>>;
  assertPath(`${option}.path`, path);
  if (optionalPrefix !== undefined) assertPrefix(option, optionalPrefix);
  if (format === undefined || CLAIM_FORMATS.some((known) => known === format)) return;
  throw new AuthConfigurationError(
    `${option}.format`,
    'is unknown',
    `Give one of ${CLAIM_FORMATS.join(', ')}.`,
  );
}

function assertUnion(option: string, given: object): void {
  refuseUnknown(option, given, ['union']);
  const { union } = given as { readonly union: unknown };
  const sources: readonly unknown[] = Array.isArray(union) ? union : [];
  if (sources.length === 0) {
    throw new AuthConfigurationError(
      `${option}.union`,
      'is no list, or an empty one',
      "List the places that all count: { union: ['roles', 'groups'] }.",
    );
  }
  for (const source of sources) assertSource(option, source);
}

function assertPrefix(option: string, prefix: unknown): void {
  assertName(`${option}.optionalPrefix`, prefix, 'Give what names may begin with: org:.');
  if (!option.endsWith('.organizationId')) return;
  throw new AuthConfigurationError(
    `${option}.optionalPrefix`,
    'would give an organization two names',
    'Leave it out.',
  );
}

function assertPath(option: string, text: unknown): void {
  assertName(option, text, PATH_CURE);
  const placeholder = unknownPlaceholderIn(parse(option, text));
  if (placeholder === undefined) return;
  throw new AuthConfigurationError(
    option,
    `has ${placeholder}, which stands for nothing`,
    `Only {organization} stands for something: the organization the caller acts in. Quote a name with braces in it: [${JSON.stringify(placeholder)}].`,
  );
}

function parse(option: string, path: string): PropertyPath {
  try {
    return PropertyPath.parse(path);
  } catch {
    throw new AuthConfigurationError(option, `is no path: ${path}`, PATH_CURE);
  }
}
