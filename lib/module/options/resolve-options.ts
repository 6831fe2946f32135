import { ownMembers } from '../../core/own-property.js';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import { assertClock, type Clock } from '../../core/clock.js';
import type { AuthEventSubscriber } from '../../observability/auth-event.js';
import { IMPERSONATIONS, type Impersonation } from '../../policy/impersonation.js';
import type { ServiceSettings } from '../../outbound/service.js';
import type { PublicRefusal } from '../../transports/public-refusal.js';
import type { RefusalStyles } from '../../transports/exchange.js';
import { parseTrustworthyAddress } from '../../endpoint/endpoint-address.js';
import { runtimeFetch, type Fetch } from '../../endpoint/fetch.js';
import type { KeySetSettings } from '../../verification/jwt/keys/remote-key-set.js';
import type { Revocation } from '../../verification/revocation/revocation.js';
import type { KeyValueStore } from '../../stores/key-value-store.js';
import type { TokenCacheSettings } from '../../verification/jwt/token-cache.js';
import type { AuthModuleOptions } from './auth-options.js';
import {
  assertFunction,
  assertName,
  assertObject,
  assertQuotable,
  attempt,
  refuseUnknown,
  resolveBoolean,
} from './option-checks.js';
import { resolveAuthorization, type ResolvedAuthorization } from './resolve-authorization.js';
import { resolveContext, type ResolvedContext } from './resolve-context.js';
import { resolveCookie } from './resolve-cookie.js';
import { resolveIssuers, type ResolvedIssuers } from './resolve-issuers.js';
import { resolveKeySets } from './resolve-key-sets.js';
import { resolvePrincipal, type ResolvedPrincipal } from './resolve-principal.js';
import { resolvePort, type Port } from './ports.js';
import type { ResolvedPlace } from './resolve-places.js';
import type { RequestLogger } from '../request-log.js';
import { resolveRequestLog } from './resolve-request-log.js';
import { resolveServiceTokenStore } from './resolve-service-token-store.js';
import { resolveServices } from './resolve-services.js';
import { resolveTenant, type ResolvedTenant } from './resolve-tenant.js';
import type { EndingAnswers } from '../../guards/open-answers.js';
import { resolveStreams } from './resolve-streams.js';
import { resolveUnauthenticatedContexts } from './resolve-unauthenticated-contexts.js';
import type { Transport } from '../../transports/transport.js';
import { resolveTransports } from './resolve-transports.js';
import { resolveTokenCache } from './resolve-token-cache.js';

/** The options, checked, with every default filled in. Nothing else reads what the user gave. */
export interface ResolvedAuthOptions extends ResolvedIssuers {
  readonly principal: ResolvedPrincipal;
  /** `undefined`: requests address no tenant. */
  readonly tenant: ResolvedTenant | undefined;
  readonly impersonation: Impersonation;
  /** `undefined`: no token is revoked before it expires. */
  readonly revocation: Port<Revocation> | undefined;
  readonly trustedOrigins: ReadonlySet<string>;
  /** Where browsers put the tokens of issuers; `undefined` where they do not. */
  readonly cookie: ResolvedPlace | undefined;
  /** Beside HTTP. */
  readonly transports: readonly Transport[];
  /** The contexts whose handlers run without a caller, by what Nest calls them. */
  readonly unauthenticatedContexts: ReadonlySet<string>;
  /** Which answers end with the credential they are given for. */
  readonly endingAnswers: EndingAnswers;
  readonly global: boolean;
  readonly context: ResolvedContext;
  readonly requestProperty: string | null;
  /** `undefined`: no token is remembered. */
  readonly tokenCache: TokenCacheSettings | undefined;
  readonly keySets: KeySetSettings;
  readonly styles: RefusalStyles;
  readonly authorization: ResolvedAuthorization;
  readonly services: readonly ServiceSettings[];
  /** `undefined`: instances share no tokens. */
  readonly serviceTokenStore: KeyValueStore | undefined;
  /** `undefined`: requests are not logged. */
  readonly requestLog: RequestLogger | undefined;
  readonly onEvent: Port<AuthEventSubscriber> | undefined;
  readonly clock: Clock;
  /** How issuers are asked, but for those that are looked up. */
  readonly fetch: Fetch;
}

const KNOWN = [
  'issuers',
  'dynamicIssuers',
  'credentials',
  'machineCredentials',
  'principal',
  'tenant',
  'impersonation',
  'revocation',
  'trustedOrigins',
  'cookie',
  'transports',
  'unauthenticatedContexts',
  'streams',
  'global',
  'context',
  'undeclaredRoutes',
  'roles',
  'roleMap',
  'policies',
  'report',
  'requestProperty',
  'realm',
  'resourceMetadata',
  'services',
  'serviceTokenStore',
  'requestLog',
  'tokenCache',
  'keySets',
  'errors',
  'onEvent',
  'clock',
  'fetch',
];

const OPTIONS_CURE =
  'Import AuthModule.forRoot({ issuers: [{ issuer, audience }] }) once, in the root module; with forRootAsync, let the factory return such an object.';

/**
 * @param given What the user gave; nothing, where `AuthModule` is imported without `forRoot`.
 * @throws {AuthConfigurationError}
 */
export function resolveOptions(given: AuthModuleOptions | undefined): ResolvedAuthOptions {
  assertObject('What AuthModule is given', given, OPTIONS_CURE);
  refuseUnknown('options', given, KNOWN);
  const options = ownMembers(given);
  const { onEvent, clock = Date.now, fetch = runtimeFetch } = options;
  assertFunction('fetch', fetch);
  assertClock('clock', clock);
  const kinds = resolveIssuers(options);
  const cookie = resolveCookie(options);
  const services = resolveServices(options);
  refuseIdle(options, cookie, kinds);
  return Object.freeze({
    ...kinds,
    principal: resolvePrincipal(options),
    tenant: resolveTenant(options),
    impersonation: resolveImpersonation(options),
    revocation: resolveRevocation(options),
    trustedOrigins: resolveTrustedOrigins(options),
    cookie,
    transports: resolveTransports(options),
    unauthenticatedContexts: resolveUnauthenticatedContexts(options),
    endingAnswers: resolveStreams(options),
    global: resolveOn('global', options.global),
    context: resolveContext(options, kinds),
    requestProperty: resolveRequestProperty(options),
    tokenCache: resolveTokenCache(options),
    keySets: resolveKeySets(options),
    styles: { http: resolveStyle(options) },
    authorization: resolveAuthorization(options),
    services,
    serviceTokenStore: resolveServiceTokenStore(options, services),
    requestLog: resolveRequestLog(options),
    onEvent: onEvent === undefined ? undefined : resolvePort('onEvent', onEvent, 'onEvent'),
    clock,
    fetch,
  });
}

/** @throws {AuthConfigurationError} When something is said of credentials that nobody can bring. */
function refuseIdle(
  { revocation, trustedOrigins }: AuthModuleOptions,
  cookie: ResolvedPlace | undefined,
  { issuers, dynamicIssuers, credentials }: ResolvedIssuers,
): void {
  const hasIssuers = issuers.length > 0 || dynamicIssuers.isConfigured;
  const isSentByBrowsers =
    cookie !== undefined ||
    credentials.some(({ places }) => places.some(({ byBrowsers }) => byBrowsers));
  const cure = 'Leave it out, or add what it is about.';
  if (trustedOrigins && !isSentByBrowsers) {
    const problem = 'means nothing without a credential that browsers send on their own';
    throw new AuthConfigurationError('trustedOrigins', problem, cure);
  }
  const isRevocable = hasIssuers || credentials.some(({ revocable }) => revocable);
  if (revocation === undefined || isRevocable) return;
  const problem = 'is asked about JWTs and introspected tokens, and there are none';
  throw new AuthConfigurationError('revocation', problem, cure);
}

function resolveRevocation({ revocation }: AuthModuleOptions): Port<Revocation> | undefined {
  return revocation === undefined ? undefined : resolvePort('revocation', revocation, 'isRevoked');
}

function resolveTrustedOrigins({ trustedOrigins = [] }: AuthModuleOptions): ReadonlySet<string> {
  const cure = "Give whole origins, without a path: trustedOrigins: ['https://app.example.com'].";
  const given: readonly unknown[] = Array.isArray(trustedOrigins) ? trustedOrigins : [undefined];
  for (const origin of given) {
    assertName('trustedOrigins', origin, cure);
    const address = parseTrustworthyAddress(origin);
    if (address?.origin === origin) continue;
    throw new AuthConfigurationError('trustedOrigins', 'has what is no origin on https', cure);
  }
  return new Set(given as readonly string[]);
}

/** On by default. */
function resolveOn(option: string, given: unknown = true): boolean {
  return resolveBoolean(option, given);
}

function resolveImpersonation({ impersonation = 'allow' }: AuthModuleOptions): Impersonation {
  if (IMPERSONATIONS.includes(impersonation)) return impersonation;
  throw new AuthConfigurationError(
    'impersonation',
    'is unknown',
    "Give 'allow', 'read-only' or 'deny'.",
  );
}

/** What every request has, and what the adapters add. */
const REQUEST = new IncomingMessage(new Socket());
const ADAPTER_MEMBERS = new Set([
  ...['app', 'baseUrl', 'body', 'hostname', 'id', 'ip', 'ips', 'log', 'next', 'originalUrl'],
  ...['params', 'path', 'protocol', 'query', 'raw', 'res', 'route', 'routeOptions', 'secure'],
  'server',
]);

function resolveRequestProperty({ requestProperty = 'user' }: AuthModuleOptions): string | null {
  if (requestProperty === null) return null;
  const cure = "Name a property that requests do not have, such as 'user', or give null.";
  assertName('requestProperty', requestProperty, cure);
  const isTaken = requestProperty in REQUEST || ADAPTER_MEMBERS.has(requestProperty);
  if (!isTaken) return requestProperty;
  throw new AuthConfigurationError('requestProperty', 'is something a request needs itself', cure);
}

function resolveStyle({
  realm = 'api',
  resourceMetadata,
  errors = {},
}: AuthModuleOptions): RefusalStyles['http'] {
  assertQuotable('realm', realm);
  if (resourceMetadata !== undefined) assertMetadata(resourceMetadata);
  assertObject('errors', errors, 'Give an object: errors: { body: (refusal) => ({ … }) }.');
  refuseUnknown('errors', errors, ['body']);
  const { body = (refusal: PublicRefusal): object => refusal } = errors;
  assertBody(body);
  return { realm, resourceMetadata, body };
}

function assertMetadata(resourceMetadata: unknown): void {
  assertQuotable('resourceMetadata', resourceMetadata);
  if (parseTrustworthyAddress(resourceMetadata)) return;
  throw new AuthConfigurationError(
    'resourceMetadata',
    'is no https address',
    'Give the whole address: https://api.example.com/.well-known/oauth-protected-resource.',
  );
}

const SAMPLE_REFUSAL: PublicRefusal = {
  message: 'Authentication is required',
  error: 'Unauthorized',
  statusCode: 401,
  code: 'missing_credentials',
};

/** A body that is found out to be none only when a request is refused would be found out by a client. */
function assertBody(body: (refusal: PublicRefusal) => object): void {
  assertFunction('errors.body', body);
  const cure =
    'Let it return an object that is JSON, at once; it is called once at boot to see that it does.';
  const shaped: unknown = attempt('errors.body', cure, () => body(SAMPLE_REFUSAL));
  assertObject('What errors.body returns', shaped, cure);
  attempt('errors.body', cure, () => JSON.stringify(shaped));
  if (!('then' in shaped)) return;
  throw new AuthConfigurationError('errors.body', 'returns a promise', cure);
}
