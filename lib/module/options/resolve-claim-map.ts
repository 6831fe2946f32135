import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import { PropertyPath } from '../../core/property-path.js';
import {
  CLAIM_FORMATS,
  compileClaimMap,
  DEFAULT_CLAIM_MAP,
  type ClaimMap,
  type CompiledClaimMap,
} from '../../principal/claim-map.js';
import { assertName, assertObject, refuseUnknown } from './option-checks.js';

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

function assertPrefix(option: string, prefix: unknown): void {
  assertName(`${option}.optionalPrefix`, prefix, 'Give what names may begin with: org:.');
  if (!option.endsWith('.organizationId')) return;
  throw new AuthConfigurationError(
    `${option}.optionalPrefix`,
    'would give an organization two names',
    'Leave it out.',
  );
}

function assertPath(option: string, path: unknown): void {
  assertName(option, path, PATH_CURE);
  try {
    PropertyPath.parse(path);
  } catch {
    throw new AuthConfigurationError(option, `is no path: ${path}`, PATH_CURE);
  }
}
