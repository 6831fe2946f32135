import { ownMembers } from '../../core/own-property.js';
import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import {
  plainMediaType,
  type ExpectedMark,
  type TokenMark,
} from '../../verification/token-mark.js';
import type { TokenUseOptions } from './issuer-options.js';
import { assertName, assertObject, refuseUnknown, resolveBoolean } from './option-checks.js';

const CURE =
  "Give an object: { claim: 'token_use', value: 'access' }, or { header: 'typ', value: 'at+jwt' }, { claim: 'sub', startsWith: 'user_' }, { claim: 'sid', present: true }.";

const KNOWN = ['claim', 'header', 'value', 'startsWith', 'present', 'optional'];

/** @throws {AuthConfigurationError} */
export function resolveTokenUse(
  option: string,
  given: TokenUseOptions | readonly TokenUseOptions[] = [],
): readonly TokenMark[] {
  if (!Array.isArray(given)) return [resolveMark(option, given as TokenUseOptions)];
  return (given as readonly TokenUseOptions[]).map((each, index) =>
    resolveMark(`${option}[${String(index)}]`, each),
  );
}

function resolveMark(option: string, given: TokenUseOptions): TokenMark {
  assertObject(option, given, CURE);
  refuseUnknown(option, given, KNOWN);
  const options = ownMembers(given);
  const { claim, header } = options;
  if (claim !== undefined && header !== undefined) {
    throw new AuthConfigurationError(`${option}.header`, 'is given beside claim', CURE);
  }
  const part = header === undefined ? 'claim' : 'header';
  const name = header ?? claim;
  assertName(`${option}.${part}`, name, CURE);
  return Object.freeze({
    part: part === 'claim' ? 'claims' : part,
    name,
    expected: resolveExpected(option, options),
    isOptional: resolveOptional(option, options),
  });
}

function resolveExpected(
  option: string,
  { value, startsWith: beginning, present, ...where }: TokenUseOptions,
): ExpectedMark {
  const startsWith = asCompared(where, beginning);
  const given = [value, startsWith, present].filter((each) => each !== undefined);
  if (given.length > 1) {
    throw new AuthConfigurationError(option, 'expects more than one thing of a claim', CURE);
  }
  if (present !== undefined) return { isThere: resolveBoolean(`${option}.present`, present) };
  if (startsWith !== undefined) {
    assertName(`${option}.startsWith`, startsWith, CURE);
    return { prefix: startsWith };
  }
  const values: readonly unknown[] = [value].flat().map((each) => asCompared(where, each));
  for (const each of values.length > 0 ? values : [undefined]) {
    if (typeof each !== 'boolean') assertName(`${option}.value`, each, CURE);
  }
  return { values: values as readonly (string | boolean)[] };
}

/** Either side is compared in one form. */
function asCompared<T>({ header }: TokenUseOptions, value: T): T | string {
  return header === 'typ' && typeof value === 'string' ? plainMediaType(value) : value;
}

function resolveOptional(option: string, { optional, present }: TokenUseOptions): boolean {
  if (optional === undefined || present === undefined) {
    return resolveBoolean(`${option}.optional`, optional);
  }
  throw new AuthConfigurationError(
    `${option}.optional`,
    'means nothing beside present',
    'Leave it out.',
  );
}
