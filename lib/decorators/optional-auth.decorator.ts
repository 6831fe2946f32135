import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import { ownMembers } from '../core/own-property.js';
import { declare, open, type AuthDecorator } from './declarations.js';

/** What becomes of a credential that is there and bad. */
export interface OptionalAuthOptions {
  /**
   * `'reject'`: it is refused, as on any other handler. `'anonymous'`: whoever sends it is nobody.
   *
   * @default 'reject'
   */
  readonly onInvalid?: 'reject' | 'anonymous';
}

/**
 * Lets those in as well who bring no credential: the principal is then of kind `anonymous`, and its
 * `status` says why. A good credential is worth what it is elsewhere; while nobody can tell whether
 * it is good, the answer is 503.
 *
 * It counts only where the controller class itself declares it, as `@Public()` does; a requirement
 * beside it refuses to boot.
 *
 * @throws {AuthConfigurationError} When the options are none.
 * @publicApi
 */
export function OptionalAuth(options: OptionalAuthOptions = {}): AuthDecorator {
  return declare('OptionalAuth', (declaration, target) => {
    const { onInvalid = 'reject', ...others } = ownMembers(options);
    if (!CHOICES.includes(onInvalid) || Object.keys(others).length > 0) throw noChoice(target);
    open(declaration, { kind: 'optional', onInvalid }, target);
  });
}

const CHOICES = ['reject', 'anonymous'];

function noChoice(target: string): AuthConfigurationError {
  return new AuthConfigurationError(
    `@OptionalAuth on ${target}`,
    'has options that are none',
    "Give nothing, or { onInvalid: 'reject' } or { onInvalid: 'anonymous' }.",
  );
}
