import { ownMembers } from '../../core/own-property.js';
import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import { AuthorizationExtractor } from '../../credential/authorization-extractor.js';
import { assertNotOfOtherSite } from '../../credential/cross-site.js';
import { CookieExtractor } from '../../credential/cookie-extractor.js';
import type { CredentialExtractor } from '../../credential/credential-extractor.js';
import { CustomExtractor, type Extract } from '../../credential/custom-extractor.js';
import { HeaderExtractor } from '../../credential/header-extractor.js';
import type { CredentialPlaces } from './credential-options.js';
import { assertFunction, assertName } from './option-checks.js';

/** A place of a request: the same for every kind of credential that is found there. */
export interface ResolvedPlace {
  /** `header x-api-key`: equal places are called the same. */
  readonly name: string;
  /** The header that holds nothing but it, in lower case. */
  readonly header?: string;
  /** By which scheme a challenge asks for what belongs there; `undefined` where there is none. */
  readonly scheme: string | undefined;
  /** Whether browsers put something there on their own. */
  readonly byBrowsers: boolean;
  extractor(trustedOrigins: ReadonlySet<string>): CredentialExtractor;
}

/** What is `undefined` is not given. */
type GivenPlaces = {
  readonly [Place in keyof CredentialPlaces]: CredentialPlaces[Place] | undefined;
};

export const PLACES = ['header', 'scheme', 'cookie', 'extract'] as const;

/** A token (RFC 9110 section 5.6.2). */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

/** Headers that hold something else, or are read elsewhere. */
export const TAKEN = new Set([
  ...['authorization', 'cookie', 'host', 'origin', 'referer', 'content-type', 'connection'],
  ...['accept', 'user-agent', 'sec-fetch-site', 'x-forwarded-for', 'x-forwarded-host'],
]);

/** @throws {AuthConfigurationError} */
export function resolvePlaces(option: string, given: GivenPlaces): readonly ResolvedPlace[] {
  const { header, scheme, cookie, extract } = ownMembers(given);
  return [
    ...(header === undefined ? [] : [headerPlace(`${option}.header`, header)]),
    ...(scheme === undefined ? [] : [schemePlace(`${option}.scheme`, scheme)]),
    ...(cookie === undefined ? [] : [cookiePlace(`${option}.cookie`, cookie)]),
    ...(extract === undefined ? [] : [customPlace(`${option}.extract`, extract)]),
  ];
}

function headerPlace(option: string, given: unknown): ResolvedPlace {
  const cure = "Name a header of its own, such as 'x-api-key'.";
  assertToken(option, given, cure);
  const name = given.toLowerCase();
  if (TAKEN.has(name)) throw new AuthConfigurationError(option, 'has another meaning', cure);
  return {
    name: `header ${name}`,
    header: name,
    scheme: undefined,
    byBrowsers: false,
    extractor: () => new HeaderExtractor(name),
  };
}

function schemePlace(option: string, given: unknown): ResolvedPlace {
  assertToken(option, given, "Name a scheme of Authorization, such as 'Api-Key'.");
  const scheme = given.toLowerCase();
  // Once it asked somebody for a password, a browser sends it along.
  const byBrowsers = scheme === 'basic';
  return {
    name: `scheme ${scheme}`,
    scheme: given,
    byBrowsers,
    extractor: (trustedOrigins) =>
      byBrowsers
        ? new AuthorizationExtractor(given, (request) => {
            assertNotOfOtherSite(request, trustedOrigins);
          })
        : new AuthorizationExtractor(given),
  };
}

/** @param given The name of the cookie, or several of which the first that is there counts. */
export function cookiePlace(option: string, given: unknown): ResolvedPlace {
  const names: readonly unknown[] = [given].flat();
  const cure = 'Name the cookie, without spaces or separators.';
  if (names.length === 0) assertToken(option, undefined, cure);
  for (const name of names) assertToken(option, name, cure);
  const cookies = [...new Set(names as readonly string[])];
  return {
    name: `cookie ${cookies.join(' ')}`,
    scheme: undefined,
    byBrowsers: true,
    extractor: (trustedOrigins) => new CookieExtractor(cookies, trustedOrigins),
  };
}

function customPlace(option: string, given: Extract): ResolvedPlace {
  assertFunction(option, given);
  return {
    name: option,
    scheme: undefined,
    byBrowsers: false,
    extractor: () => new CustomExtractor(given),
  };
}

function assertToken(option: string, value: unknown, cure: string): asserts value is string {
  assertName(option, value, cure);
  if (TOKEN.test(value)) return;
  throw new AuthConfigurationError(option, 'has a character that no such name has', cure);
}

/** By which scheme a client is asked for what belongs into some of these places. */
export function schemeOf(places: readonly ResolvedPlace[], otherwise: string): string {
  return places.find(({ scheme }) => scheme !== undefined)?.scheme ?? otherwise;
}
