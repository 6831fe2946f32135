import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
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
  assertObject(option, map);
  refuseUnknown(option, map, Object.keys(DEFAULT_CLAIM_MAP));
  for (const [name, sources] of Object.entries(map) as [string, unknown][]) {
    for (const source of [sources].flat()) assertSource(`${option}.${name}`, source);
  }
  return compile(option, map);
}

const PATH_CURE =
  'Write names separated by dots, and a name with a dot in it as ["name"]: realm_access.roles.';

function assertSource(option: string, source: unknown): void {
  if (typeof source !== 'object') {
    assertName(option, source, PATH_CURE);
    return;
  }
  assertObject(option, source);
  refuseUnknown(option, source, ['path', 'format']);
  const { path, format } = source as { path?: unknown; format?: unknown };
  assertName(`${option}.path`, path, PATH_CURE);
  if (format === undefined || CLAIM_FORMATS.some((known) => known === format)) return;
  throw new AuthConfigurationError(
    `${option}.format`,
    'is unknown',
    `Give one of ${CLAIM_FORMATS.join(', ')}.`,
  );
}

function compile(option: string, map: ClaimMap): CompiledClaimMap {
  try {
    return compileClaimMap(map);
  } catch {
    throw new AuthConfigurationError(option, 'has a path that cannot be read', PATH_CURE);
  }
}
