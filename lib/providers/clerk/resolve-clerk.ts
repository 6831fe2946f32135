import type { JWK } from 'jose';
import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import { ownMembers } from '../../core/own-property.js';
import {
  assertFunction,
  assertName,
  assertObject,
  assertSeconds,
  refuseUndefined,
  refuseUnknown,
  resolveBoolean,
} from '../../module/options/option-checks.js';
import { keyFromPem } from '../../module/options/static-keys.js';
import { parseTrustworthyAddress } from '../../endpoint/endpoint-address.js';
import type { ClerkOptions } from './clerk-options.js';
import { frontendApiOf, isHost } from './publishable-key.js';

/** The options, checked, with every default filled in. */
export interface ResolvedClerk {
  readonly issuer: string;
  readonly publishableKey: string | undefined;
  /** `undefined`: they are fetched. */
  readonly keys: readonly JWK[] | undefined;
  /** `undefined`: of any page. */
  readonly authorizedParties: readonly string[] | undefined;
  readonly allowMissingAzp: boolean;
  /** `undefined`: nobody asks. */
  readonly audiences: readonly string[] | undefined;
  /** Whose OAuth access tokens are accepted; `undefined`: whoever has one for `audiences`, `null`: whoever has one. */
  readonly oauthClients: readonly string[] | null | undefined;
  readonly machineId: string | undefined;
  readonly refusesPending: boolean;
  readonly readsCookie: boolean;
  readonly claims: NonNullable<ClerkOptions['claims']>;
  readonly cacheMs: number;
  readonly timeoutSeconds: number;
}

const KNOWN = [
  ...['publishableKey', 'frontendApi', 'issuer', 'jwtKey', 'secretKey', 'machineSecretKey'],
  ...['authorizedParties', 'allowMissingAzp', 'audience', 'oauthClients', 'machineId'],
  ...['treatPendingAsSignedOut', 'cookie', 'claims', 'machineTokens', 'apiUrl', 'fetch'],
];

/** @throws {AuthConfigurationError} */
export function resolveClerk(given: ClerkOptions): ResolvedClerk {
  assertObject('clerk()', given, 'Give an object: clerk({ publishableKey }).');
  refuseUnknown('clerk()', given, KNOWN);
  refuseUndefined('clerk()', given, ['jwtKey', 'audience', 'machineId']);
  const options = ownMembers(given);
  const { audience, machineId, treatPendingAsSignedOut = true, cookie = true } = options;
  if (machineId !== undefined) assertBeginning('clerk().machineId', machineId, 'mch_');
  if (options.fetch !== undefined) assertFunction('clerk().fetch', options.fetch);
  return {
    issuer: issuerOf(options),
    publishableKey: options.publishableKey,
    keys: keysOf(options),
    authorizedParties: partiesOf(options),
    allowMissingAzp: resolveBoolean('clerk().allowMissingAzp', options.allowMissingAzp),
    audiences: audience === undefined ? undefined : audiencesOf(audience),
    oauthClients: clientsOf(options),
    machineId,
    refusesPending: resolveBoolean('clerk().treatPendingAsSignedOut', treatPendingAsSignedOut),
    readsCookie: resolveBoolean('clerk().cookie', cookie),
    claims: options.claims ?? {},
    ...patienceOf(options),
  };
}

/** Whose tokens are trusted: said once, or said the same. */
function issuerOf({ publishableKey, frontendApi, issuer }: ClerkOptions): string {
  const cure =
    "Give publishableKey: 'pk_live_…' (CLERK_PUBLISHABLE_KEY), or frontendApi: 'clerk.example.com'.";
  const named =
    publishableKey === undefined
      ? undefined
      : frontendApiOf('clerk().publishableKey', publishableKey);
  if (issuer !== undefined) return checkedIssuer(issuer, frontendApi);
  const host = frontendApi ?? named;
  if (host === undefined) throw new AuthConfigurationError('clerk()', 'names no instance', cure);
  if (!isHost(host)) {
    throw new AuthConfigurationError('clerk().frontendApi', 'is no name of a host', cure);
  }
  if (named !== undefined && named !== host) {
    throw new AuthConfigurationError(
      'clerk().frontendApi',
      'is not the one that publishableKey names',
      'Leave it out, or take both from the same instance.',
    );
  }
  return `https://${host}`;
}

function checkedIssuer(issuer: unknown, frontendApi: unknown): string {
  const cure =
    "Give the exact value of claim iss, without a slash at its end: issuer: 'https://clerk.example.com'.";
  assertName('clerk().issuer', issuer, cure);
  const address = parseTrustworthyAddress(issuer);
  const isPlain = address !== undefined && address.search + address.hash === '';
  if (!isPlain || issuer.endsWith('/')) {
    throw new AuthConfigurationError('clerk().issuer', 'is no https address, or ends so', cure);
  }
  if (frontendApi === undefined) return issuer;
  throw new AuthConfigurationError('clerk().frontendApi', 'is given beside issuer', 'Keep one.');
}

function keysOf({ jwtKey }: ClerkOptions): readonly JWK[] | undefined {
  if (jwtKey === undefined) return;
  const all: readonly unknown[] = [jwtKey].flat();
  const cure = 'Copy the PEM public key of your instance (CLERK_JWT_KEY).';
  if (all.length === 0)
    throw new AuthConfigurationError('clerk().jwtKey', 'is an empty list', cure);
  return all.map((pem) => {
    if (typeof pem === 'string') return keyFromPem('clerk().jwtKey', pem);
    throw new AuthConfigurationError('clerk().jwtKey', 'is no text', cure);
  });
}

function partiesOf(options: ClerkOptions): readonly string[] | undefined {
  const { allowMissingAzp } = options;
  const authorizedParties = options.authorizedParties as readonly string[] | null | undefined;
  const option = 'clerk().authorizedParties';
  const cure =
    "List whole origins, one text each, without a path or a slash at the end: authorizedParties: ['https://app.example.com'] (CLERK_AUTHORIZED_PARTIES).";
  if (authorizedParties === undefined) {
    const problem = 'is missing, so that the session of any page would do';
    const waive = `${cure} In the code, null accepts any.`;
    throw new AuthConfigurationError(option, problem, waive);
  }
  if (authorizedParties === null) {
    if (allowMissingAzp === undefined) return;
    const problem = 'means nothing without authorizedParties';
    throw new AuthConfigurationError('clerk().allowMissingAzp', problem, 'Leave it out.');
  }
  const given: readonly unknown[] = Array.isArray(authorizedParties) ? authorizedParties : [];
  if (given.length === 0) {
    throw new AuthConfigurationError(option, 'is no list, or an empty one', cure);
  }
  for (const origin of given) {
    if (typeof origin === 'string' && isOrigin(origin)) continue;
    throw new AuthConfigurationError(option, 'has something that is no origin', cure);
  }
  return given as readonly string[];
}

/** `http` as well, for pages on a developer's machine, and the schemes of extensions and of apps. */
function isOrigin(text: string): boolean {
  if (!URL.canParse(text) || text.includes(',')) return false;
  const { origin, protocol, host } = new URL(text);
  const isOpaque = origin === 'null' && host !== '';
  return (isOpaque ? `${protocol}//${host}` : origin) === text;
}

function audiencesOf(audience: unknown): readonly string[] {
  const all: readonly unknown[] = [audience].flat();
  const cure = 'Name this API as claim aud has it, or leave it out.';
  for (const each of all.length > 0 ? all : [undefined]) assertName('clerk().audience', each, cure);
  return all as readonly string[];
}

function clientsOf({ oauthClients }: ClerkOptions): ResolvedClerk['oauthClients'] {
  if (oauthClients === undefined || oauthClients === null) return oauthClients;
  const given: readonly unknown[] = Array.isArray(oauthClients) ? oauthClients : [];
  const cure =
    'List the ids of the clients, one text each, or give null to accept the tokens of any client.';
  for (const each of given.length > 0 ? given : [undefined]) {
    assertName('clerk().oauthClients', each, cure);
  }
  return given as readonly string[];
}

/** Whether it is said for whom, or of whom, OAuth access tokens are: else anybody's would do. */
export function acceptsOauth({ audiences, oauthClients }: ResolvedClerk): boolean {
  return audiences !== undefined || oauthClients !== undefined;
}

/** @throws {AuthConfigurationError} */
export function assertBeginning(
  option: string,
  value: unknown,
  beginning: string,
): asserts value is string {
  if (typeof value === 'string' && value.startsWith(beginning) && /^\w+$/.test(value)) return;
  throw new AuthConfigurationError(
    option,
    'is none',
    `Copy it from Clerk's dashboard: it begins with ${beginning}.`,
  );
}

function patienceOf(options: ClerkOptions): Pick<ResolvedClerk, 'cacheMs' | 'timeoutSeconds'> {
  const { machineTokens = {} } = options;
  assertObject('clerk().machineTokens', machineTokens);
  refuseUnknown('clerk().machineTokens', machineTokens, ['cacheSeconds', 'timeoutSeconds']);
  const { cacheSeconds = 0, timeoutSeconds = 3 } = ownMembers(machineTokens);
  assertSeconds('clerk().machineTokens.cacheSeconds', cacheSeconds, { min: 0, max: 60 });
  assertSeconds('clerk().machineTokens.timeoutSeconds', timeoutSeconds, { min: 0.1, max: 60 });
  const isAsking = options.secretKey !== undefined || options.machineSecretKey !== undefined;
  if (options.machineTokens === undefined || isAsking) {
    return { cacheMs: cacheSeconds * 1000, timeoutSeconds };
  }
  throw new AuthConfigurationError(
    'clerk().secretKey',
    'is missing, and machineTokens cannot be verified without it',
    'Give secretKey: process.env.CLERK_SECRET_KEY (sk_…), or leave machineTokens out.',
  );
}
