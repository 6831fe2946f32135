import { AuthConfigurationError } from '../../core/auth-configuration-error.js';

export { assertObject } from '../../core/assert-object.js';
export { refuseUnknown } from '../../core/refuse-unknown.js';

/**
 * Refuses members that are there and `undefined`: of a variable that is not set, a check would be
 * silently off.
 *
 * @param narrowing Those whose absence accepts more.
 */
export function refuseUndefined(option: string, value: object, narrowing: readonly string[]): void {
  const unset = narrowing.find(
    (name) => Object.hasOwn(value, name) && (value as Record<string, unknown>)[name] === undefined,
  );
  if (unset === undefined) return;
  throw new AuthConfigurationError(
    `${option}.${unset}`,
    'is undefined',
    'Set the variable it is read from, or leave it out.',
  );
}

/** @throws {AuthConfigurationError} When it is a function whose result is meant. */
export function refuseUncalled(option: string, value: unknown): void {
  if (typeof value !== 'function') return;
  const cure = 'Call it, with its options: keycloak({ … }), apiKey({ … }).';
  throw new AuthConfigurationError(option, 'is a function', cure);
}

/** @throws {AuthConfigurationError} Unless the value is a non-empty string. */
export function assertName(option: string, value: unknown, cure: string): asserts value is string {
  if (typeof value === 'string' && value !== '' && value.trim() === value) return;
  throw new AuthConfigurationError(option, nameProblem(value), cure);
}

function nameProblem(value: unknown): string {
  if (value === undefined) return 'is missing';
  const isPadded = typeof value === 'string' && value.trim() !== '';
  return isPadded ? 'begins or ends with white space' : 'is not a non-empty string';
}

/** @throws {AuthConfigurationError} Unless the value is a function. */
export function assertFunction(option: string, value: unknown): void {
  if (typeof value === 'function') return;
  throw new AuthConfigurationError(
    option,
    'is not a function',
    'Give a function, or leave it out.',
  );
}

/**
 * Calls a function of the user's.
 *
 * @throws {AuthConfigurationError} When it throws.
 */
export function attempt<T>(option: string, cure: string, call: () => T): T {
  try {
    return call();
  } catch {
    throw new AuthConfigurationError(option, 'throws', cure);
  }
}

/** @throws {AuthConfigurationError} Unless the value can stand in a quoted-string (RFC 9110 section 5.6.4). */
export function assertQuotable(option: string, value: unknown): asserts value is string {
  if (typeof value === 'string' && /^[\x20-\x7e]+$/.test(value)) return;
  throw new AuthConfigurationError(
    option,
    'cannot stand in a header',
    'Give one line of printable ASCII characters.',
  );
}

/**
 * False by default.
 *
 * @throws {AuthConfigurationError} Unless the value is a boolean.
 */
export function resolveBoolean(option: string, given: unknown = false): boolean {
  if (typeof given === 'boolean') return given;
  throw new AuthConfigurationError(option, 'is no boolean', 'Give true or false.');
}

/** More entries than this take some 2 GB: a slip of the finger. */
const MAX_ENTRIES = 1_000_000;

/** @throws {AuthConfigurationError} Unless the value is a whole number of entries that memory has room for. */
export function assertCount(option: string, value: unknown): asserts value is number {
  if (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MAX_ENTRIES) return;
  throw new AuthConfigurationError(
    option,
    'is no number of entries',
    `Give a whole number from 1 to ${String(MAX_ENTRIES)}.`,
  );
}

/** @throws {AuthConfigurationError} Unless the value is a finite number within the bounds. */
export function assertSeconds(
  option: string,
  value: unknown,
  { min, max }: { readonly min: number; readonly max: number },
): asserts value is number {
  if (typeof value === 'number' && value >= min && value <= max) return;
  throw new AuthConfigurationError(
    option,
    `is not a number of seconds between ${String(min)} and ${String(max)}`,
    `Give a number, and no text, from ${String(min)} to ${String(max)}.`,
  );
}
