import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import { unknownMember } from '../core/refuse-unknown.js';

/**
 * Refuses options nobody reads: a misspelt one must not be one that is silently not there.
 *
 * @throws {AuthConfigurationError}
 */
export function refuseUnknown(spelling: string, given: object, known: readonly string[]): void {
  const unknown = unknownMember(given, known);
  if (!unknown) return;
  throw new AuthConfigurationError(`${spelling}: ${unknown.name}`, 'is no option', unknown.cure);
}
