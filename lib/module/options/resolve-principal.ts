import { ownMembers } from '../../core/own-property.js';
import type { UserLoader } from '../../principal/user-attacher.js';
import type { UserCacheSettings } from '../../principal/user-cache.js';
import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import type { AuthModuleOptions, PrincipalOptions } from './auth-options.js';
import { assertCount, assertObject, assertSeconds, refuseUnknown } from './option-checks.js';
import { resolvePort, type Port } from './ports.js';

/** What the options say of the application's own users. */
export interface ResolvedPrincipal {
  /** `undefined`: no user is looked for. */
  readonly loader: Port<UserLoader> | undefined;
  readonly timeoutMs: number;
  readonly cache: Omit<UserCacheSettings, 'clock'>;
}

/** @throws {AuthConfigurationError} */
export function resolvePrincipal({ principal = {} }: AuthModuleOptions): ResolvedPrincipal {
  assertObject('principal', principal, 'Give an object: principal: { load: UserLoader }.');
  refuseUnknown('principal', principal, ['load', 'timeoutSeconds', 'cacheSeconds', 'maxEntries']);
  const { load, timeoutSeconds = 3, cacheSeconds = 0, maxEntries = 10_000 } = ownMembers(principal);
  assertSeconds('principal.timeoutSeconds', timeoutSeconds, { min: 0.1, max: 60 });
  assertSeconds('principal.cacheSeconds', cacheSeconds, { min: 0, max: 3600 });
  assertCount('principal.maxEntries', maxEntries);
  refuseIdle(principal);
  return {
    loader: load === undefined ? undefined : resolvePort('principal.load', load, 'load'),
    timeoutMs: timeoutSeconds * 1000,
    cache: { maxAgeMs: cacheSeconds * 1000, maxEntries },
  };
}

/** @throws {AuthConfigurationError} When something is said of a user that nobody looks for. */
function refuseIdle(principal: PrincipalOptions): void {
  const [idle] = Object.keys(principal);
  if (principal.load !== undefined || idle === undefined) return;
  throw new AuthConfigurationError(
    `principal.${idle}`,
    'means nothing without load',
    'Give load, which finds the user, or leave it out.',
  );
}
