import { ownMembers } from '../../core/own-property.js';
import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import type { TokenCacheSettings } from '../../verification/jwt/token-cache.js';
import type { AuthModuleOptions, TokenCacheOptions } from './auth-options.js';
import { assertObject, assertSeconds, refuseUnknown } from './option-checks.js';

/** With so many entries, the cache takes some 2 GB: more is a slip of the finger. */
const MAX_ENTRIES = 1_000_000;

/** @throws {AuthConfigurationError} */
export function resolveTokenCache({
  tokenCache: given = {},
}: AuthModuleOptions): TokenCacheSettings | undefined {
  if (given === false) return;
  const cure = 'Give an object, tokenCache: { maxEntries: 10000 }, or false to remember no tokens.';
  assertObject('tokenCache', given, cure);
  refuseUnknown('tokenCache', given, ['maxEntries', 'maxAgeSeconds']);
  const { maxEntries = 10_000, maxAgeSeconds = 300 }: TokenCacheOptions = ownMembers(given);
  assertSeconds('tokenCache.maxAgeSeconds', maxAgeSeconds, { min: 1, max: 3600 });
  if (!Number.isInteger(maxEntries) || maxEntries < 1 || maxEntries > MAX_ENTRIES) {
    throw new AuthConfigurationError(
      'tokenCache.maxEntries',
      'is no number of tokens',
      `Give a whole number from 1 to ${String(MAX_ENTRIES)}; to remember none, give tokenCache: false.`,
    );
  }
  return Object.freeze({ maxEntries, maxAgeMs: maxAgeSeconds * 1000 });
}
