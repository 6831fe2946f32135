import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import type { Clock } from '../../core/clock.js';
import type { AuthEventListener } from '../../observability/auth-event.js';
import type { CompiledClaimMap } from '../../principal/claim-map.js';
import type { PublicRefusal } from '../../transports/http/http-refusal.js';
import type { RefusalStyles } from '../../transports/exchange.js';
import type { JwtIssuer } from '../../verification/jwt/jwt-issuer.js';
import type { AuthModuleOptions, IssuerOptions } from './auth-options.js';
import {
  assertFunction,
  assertName,
  assertObject,
  assertQuotable,
  refuseUnknown,
} from './option-checks.js';
import { resolveClaimMap } from './resolve-claim-map.js';
import { resolveIssuer } from './resolve-issuer.js';

/** The options, checked, with every default filled in. Nothing else reads what the user gave. */
export interface ResolvedAuthOptions {
  readonly issuers: readonly JwtIssuer[];
  readonly claimMaps: ReadonlyMap<string, CompiledClaimMap>;
  readonly cookieName: string | undefined;
  readonly global: boolean;
  readonly requestProperty: string | null;
  readonly styles: RefusalStyles;
  readonly onEvent: AuthEventListener | undefined;
  readonly clock: Clock;
}

const KNOWN = [
  'issuers',
  'cookie',
  'global',
  'requestProperty',
  'realm',
  'resourceMetadata',
  'errors',
  'onEvent',
  'clock',
];

/** @throws {AuthConfigurationError} */
export function resolveOptions(options: AuthModuleOptions): ResolvedAuthOptions {
  assertObject('The options of AuthModule', options);
  refuseUnknown('options', options, KNOWN);
  const { onEvent, clock = Date.now } = options;
  if (onEvent !== undefined) assertFunction('onEvent', onEvent);
  assertFunction('clock', clock);
  return Object.freeze({
    ...resolveIssuers(options),
    cookieName: resolveCookie(options),
    global: resolveGlobal(options),
    requestProperty: resolveRequestProperty(options),
    styles: { http: resolveStyle(options) },
    onEvent,
    clock,
  });
}

function resolveIssuers({
  issuers,
}: AuthModuleOptions): Pick<ResolvedAuthOptions, 'issuers' | 'claimMaps'> {
  const given: readonly IssuerOptions[] = Array.isArray(issuers)
    ? (issuers as IssuerOptions[])
    : [];
  if (given.length === 0) {
    throw new AuthConfigurationError(
      'issuers',
      'names nobody whose tokens are accepted',
      'Give at least one: issuers: [{ issuer, audience }], or set AUTH_ISSUER and AUTH_AUDIENCE where the options come from the environment.',
    );
  }
  const resolved = given.map((each, index) => resolveIssuer(`issuers[${String(index)}]`, each));
  refuseTwins(resolved);
  const claimMaps = given.map(
    ({ issuer, claims }, index) =>
      [issuer, resolveClaimMap(`issuers[${String(index)}].claims`, claims)] as const,
  );
  return { issuers: resolved, claimMaps: new Map(claimMaps) };
}

function refuseTwins(issuers: readonly JwtIssuer[]): void {
  const names = issuers.map(({ issuer }) => issuer);
  const twin = names.findIndex((name, index) => names.indexOf(name) !== index);
  if (twin === -1) return;
  throw new AuthConfigurationError(
    `issuers[${String(twin)}].issuer`,
    'is configured twice',
    'Merge the two entries into one: an issuer has one audience list and one source of keys.',
  );
}

function resolveCookie({ cookie }: AuthModuleOptions): string | undefined {
  if (cookie === undefined) return;
  assertObject('cookie', cookie);
  refuseUnknown('cookie', cookie, ['name']);
  assertName('cookie.name', cookie.name, 'Name the cookie that holds the token.');
  return cookie.name;
}

function resolveGlobal({ global = true }: AuthModuleOptions): boolean {
  if (typeof global === 'boolean') return global;
  throw new AuthConfigurationError('global', 'is no boolean', 'Give true or false.');
}

function resolveRequestProperty({ requestProperty = 'user' }: AuthModuleOptions): string | null {
  if (requestProperty === null) return null;
  assertName('requestProperty', requestProperty, 'Name a property of the request, or give null.');
  return requestProperty;
}

function resolveStyle({
  realm = 'api',
  resourceMetadata,
  errors = {},
}: AuthModuleOptions): RefusalStyles['http'] {
  assertQuotable('realm', realm);
  if (resourceMetadata !== undefined) assertQuotable('resourceMetadata', resourceMetadata);
  assertObject('errors', errors);
  refuseUnknown('errors', errors, ['body']);
  const { body = (refusal: PublicRefusal): object => refusal } = errors;
  assertFunction('errors.body', body);
  return { realm, resourceMetadata, body };
}
