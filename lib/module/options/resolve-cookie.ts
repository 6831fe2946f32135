import type { AuthModuleOptions } from './auth-options.js';
import { issuersOf } from './identity-provider.js';
import { assertObject, refuseUnknown } from './option-checks.js';
import { cookiePlace, type ResolvedPlace } from './resolve-places.js';

/**
 * The cookies in which the tokens of issuers may come: that of the module first, then those of the
 * issuers, in their order. The first that is there counts, whichever issuer's it is.
 *
 * @throws {AuthConfigurationError}
 */
export function resolveCookie({
  cookie,
  issuers = [],
}: AuthModuleOptions): ResolvedPlace | undefined {
  if (cookie !== undefined) {
    assertObject('cookie', cookie, "Give an object: cookie: { name: 'access_token' }.");
    refuseUnknown('cookie', cookie, ['name']);
  }
  const ofIssuers = issuersOf(issuers).flatMap(({ option, issuer }) =>
    issuer.cookie === undefined ? [] : [{ option: `${option}.cookie`, names: issuer.cookie }],
  );
  const given = [...(cookie ? [{ option: 'cookie.name', names: cookie.name }] : []), ...ofIssuers];
  for (const { option, names } of given) cookiePlace(option, names);
  const [first] = given;
  return (
    first &&
    cookiePlace(
      first.option,
      given.flatMap(({ names }) => names),
    )
  );
}
