import { AuthConfigurationError } from '../core/auth-configuration-error.js';

/**
 * Refuses options nobody reads: a misspelt one must not be one that is silently not there.
 *
 * @throws {AuthConfigurationError}
 */
export function refuseUnknown(spelling: string, given: object, known: readonly string[]): void {
  const stranger = Object.keys(given).find((name) => !known.includes(name));
  if (stranger === undefined) return;
  throw new AuthConfigurationError(
    `${spelling}: ${stranger}`,
    'is no option',
    `Remove it, or correct its name: ${known.join(', ')}.`,
  );
}
