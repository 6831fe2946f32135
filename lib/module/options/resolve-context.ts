import { ownHeaderProblem } from '../../context/own-header-name.js';
import type { TrustedService } from '../../context/trusted-services.js';
import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import { ownMembers } from '../../core/own-property.js';
import type { AuthModuleOptions } from './auth-options.js';
import type { ContextOptions, TrustedServiceOptions } from './context-options.js';
import { assertName, assertObject, refuseUnknown } from './option-checks.js';
import type { ResolvedIssuers } from './resolve-issuers.js';

/** What is kept of requests. */
export interface ResolvedContext {
  /** Whether the request is at hand wherever it leads. */
  readonly isKept: boolean;
  readonly trustedServices: readonly TrustedService[];
  /** In lower case. */
  readonly keepHeaders: readonly string[];
  /** As they are spelt. */
  readonly stripHeaders: readonly string[];
}

const CURE =
  "Give true or false, or an object: context: { trustedServices: [{ issuer, clientId }], keepHeaders: ['client-ip'], stripHeaders: ['Admin-Action'] }.";

const SERVICE_CURE =
  "Give a list of services: trustedServices: [{ issuer: 'https://login.example.com/', clientId: 'gateway' }].";

const HEADERS_CURE = "Give a list of names of headers: keepHeaders: ['client-ip'].";

const STRIP_CURE =
  "Give a list of names that services add of their own: stripHeaders: ['Admin-Action'].";

/** A token (RFC 9110 section 5.6.2). */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

/** As most issuers have it. */
const CLIENT_CLAIMS = ['client_id', 'azp'];

/** @throws {AuthConfigurationError} */
export function resolveContext(
  { context = true }: AuthModuleOptions,
  issuers: ResolvedIssuers,
): ResolvedContext {
  if (typeof context === 'boolean') {
    return { isKept: context, trustedServices: [], keepHeaders: [], stripHeaders: [] };
  }
  assertObject('context', context, CURE);
  refuseUnknown('context', context, ['trustedServices', 'keepHeaders', 'stripHeaders']);
  const options: ContextOptions = ownMembers(context);
  const { trustedServices = [], keepHeaders = [], stripHeaders = [] } = options;
  assertList('context.trustedServices', trustedServices, SERVICE_CURE);
  assertList('context.keepHeaders', keepHeaders, HEADERS_CURE);
  assertList('context.stripHeaders', stripHeaders, STRIP_CURE);
  stripHeaders.forEach(assertStrippable);
  return {
    isKept: true,
    trustedServices: trustedServices.map((each, index) =>
      trustedService(`context.trustedServices[${String(index)}]`, each, issuers),
    ),
    keepHeaders: keepHeaders.map(headerName),
    stripHeaders,
  };
}

function trustedService(
  option: string,
  given: TrustedServiceOptions,
  { issuers, dynamicIssuers }: ResolvedIssuers,
): TrustedService {
  assertObject(option, given, SERVICE_CURE);
  refuseUnknown(option, given, ['issuer', 'clientId']);
  const { issuer, clientId } = ownMembers(given);
  assertName(`${option}.issuer`, issuer, SERVICE_CURE);
  assertName(`${option}.clientId`, clientId, SERVICE_CURE);
  const known = issuers.find((each) => each.issuer === issuer);
  if (known || dynamicIssuers.isConfigured) {
    return { issuer, clientId, clientClaims: known?.clientClaims ?? CLIENT_CLAIMS };
  }
  throw new AuthConfigurationError(
    `${option}.issuer`,
    'is none of the issuers',
    'Copy it from `issuers`, slash at the end included.',
  );
}

function headerName(given: unknown): string {
  if (typeof given === 'string' && TOKEN.test(given)) return given.toLowerCase();
  throw new AuthConfigurationError(
    'context.keepHeaders',
    'has what is no name of a header',
    HEADERS_CURE,
  );
}

function assertStrippable(given: unknown): void {
  const problem = typeof given === 'string' ? ownHeaderProblem(given) : 'has what is no text';
  if (problem !== undefined) {
    throw new AuthConfigurationError('context.stripHeaders', problem, STRIP_CURE);
  }
}

function assertList(option: string, given: unknown, cure: string): void {
  if (!Array.isArray(given)) throw new AuthConfigurationError(option, 'is no list', cure);
}
