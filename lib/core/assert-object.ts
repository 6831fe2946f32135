import { AuthConfigurationError } from './auth-configuration-error.js';

/** @throws {AuthConfigurationError} Unless the value is an object that is no list. */
export function assertObject(
  option: string,
  value: unknown,
  cure = 'Give an object with its options.',
): asserts value is object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return;
  throw new AuthConfigurationError(option, 'is not an object', cure);
}
