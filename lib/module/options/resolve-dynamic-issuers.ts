import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import { ownMembers, ownProperty } from '../../core/own-property.js';
import type { Fetch } from '../../endpoint/fetch.js';
import { publicFetch } from '../../endpoint/public-fetch.js';
import type { DynamicIssuerSettings } from '../../verification/jwt/dynamic-issuers.js';
import type { JwtIssuer } from '../../verification/jwt/jwt-issuer.js';
import type { AuthModuleOptions } from './auth-options.js';
import type { DynamicIssuerOptions, IssuerResolver } from './dynamic-issuer-options.js';
import { isProvider, type IdentityProvider } from './identity-provider.js';
import type { IssuerOptions } from './issuer-options.js';
import { assertObject, assertSeconds, refuseUnknown } from './option-checks.js';
import { resolvePort, type Port } from './ports.js';

const OPTION = 'dynamicIssuers';
const KNOWN = ['resolve', 'maxIssuers', 'maxAgeSeconds', 'timeoutSeconds', 'internalHosts'];

/** So that `DynamicIssuers` can be injected whether there are any or not. */
const NOBODY: DynamicIssuerOptions = { resolve: () => null };

/** The options of issuers that are looked up, checked. */
export interface ResolvedDynamicIssuers {
  /** With `false`, nobody is found. */
  readonly isConfigured: boolean;
  readonly resolver: Port<IssuerResolver>;
  readonly settings: DynamicIssuerSettings;
  /** Connects to no private address that is not among `internalHosts`. */
  readonly fetch: Fetch;
  /** Reads what the resolver answered. */
  readonly read: (answer: unknown, name: string) => JwtIssuer;
}

/**
 * @param accept Takes an issuer in, as one of `issuers` is taken in.
 * @throws {AuthConfigurationError}
 */
export function resolveDynamicIssuers(
  { dynamicIssuers = NOBODY }: AuthModuleOptions,
  accept: (option: string, given: IssuerOptions) => JwtIssuer,
): ResolvedDynamicIssuers {
  assertObject(OPTION, dynamicIssuers, 'Give an object: dynamicIssuers: { resolve: Tenants }.');
  refuseUnknown(OPTION, dynamicIssuers, KNOWN);
  const options = ownMembers(dynamicIssuers);
  return {
    isConfigured: dynamicIssuers !== NOBODY,
    resolver: resolvePort<IssuerResolver>(`${OPTION}.resolve`, options.resolve, 'resolve'),
    settings: resolveSettings(options),
    fetch: publicFetch(resolveInternalHosts(options)),
    read: (answer, name) => accept(ANSWER, assertAnswer(answer, name)),
  };
}

/** More issuers than this, with keys, take a gigabyte: a slip of the finger. */
const MAX_ISSUERS = 100_000;

function resolveSettings(options: DynamicIssuerOptions): DynamicIssuerSettings {
  const { maxIssuers = 1000, maxAgeSeconds = 300, timeoutSeconds = 3 } = options;
  assertSeconds(`${OPTION}.maxAgeSeconds`, maxAgeSeconds, { min: 1, max: 3600 });
  assertSeconds(`${OPTION}.timeoutSeconds`, timeoutSeconds, { min: 0.1, max: 60 });
  if (!Number.isInteger(maxIssuers) || maxIssuers < 1 || maxIssuers > MAX_ISSUERS) {
    throw new AuthConfigurationError(
      `${OPTION}.maxIssuers`,
      'is no number of issuers',
      `Give a whole number from 1 to ${String(MAX_ISSUERS)}.`,
    );
  }
  return { maxIssuers, maxAgeMs: maxAgeSeconds * 1000, timeoutMs: timeoutSeconds * 1000 };
}

/** A name, an IPv4 address or a bracketed IPv6 address, and a port. */
const HOST = /^(?:[^\s/?#@\\:[\]*]+|\[[\d:.a-f]+\])(?::(\d{1,5}))?$/i;

function resolveInternalHosts({ internalHosts = [] }: DynamicIssuerOptions): ReadonlySet<string> {
  const given: readonly unknown[] = Array.isArray(internalHosts) ? internalHosts : [undefined];
  return new Set(given.map(hostFrom));
}

/** As addresses are read: names in lower case, IP addresses in one form. */
function hostFrom(given: unknown): string {
  const [whole, port] = HOST.exec(typeof given === 'string' ? given : '') ?? [];
  if (whole === undefined || !URL.canParse(`http://${whole}`)) {
    throw new AuthConfigurationError(
      `${OPTION}.internalHosts`,
      'has what is no host',
      "Give hosts, exactly, without wildcards, with or without a port: ['keycloak.internal', '127.0.0.1:8080'].",
    );
  }
  const { hostname } = new URL(`http://${whole}`);
  return port === undefined ? hostname : `${hostname}:${String(Number(port))}`;
}

const ANSWER = 'What dynamicIssuers.resolve answers';

/** The name is not repeated: a client sent it. */
function assertAnswer(answer: unknown, name: string): IssuerOptions {
  const cure =
    'Let it answer { issuer, audience, … } as plain data, with the very issuer it was asked for, or null.';
  assertObject(ANSWER, answer, cure);
  const given = isProvider(answer) ? issuerOf(answer, name) : answer;
  if (ownProperty(given, 'issuer') !== name) {
    throw new AuthConfigurationError(`${ANSWER}.issuer`, 'is another than was asked for', cure);
  }
  refuseBootOptions(given);
  assertOrganization(given);
  return given as IssuerOptions;
}

/** A preset may know one issuer by several names, of which one is meant. */
function issuerOf({ issuers, credentials = [] }: IdentityProvider, name: string): object {
  if (credentials.length > 0) throw tooLate('credentials');
  return issuers.find(({ issuer }) => issuer === name) ?? {};
}

/** Where credentials are found is the same for every request, whoever issued them; and whom a tenant has us ask is not up to the tenant. */
function refuseBootOptions(given: object): void {
  if (ownProperty(given, 'cookie') !== undefined) throw tooLate('cookie');
  const keySet = ownProperty(given, 'keySet');
  if (typeof keySet !== 'object' || keySet === null || !Object.hasOwn(keySet, 'fetch')) return;
  throw new AuthConfigurationError(
    `${ANSWER}.keySet.fetch`,
    'would connect to private addresses',
    'Leave it out: what is looked up is fetched in a way that does not.',
  );
}

/** What a tenant's issuer says is up to the tenant: so is, unless it is said here, whose data its tokens open. */
function assertOrganization(given: object): void {
  if (ownProperty(given, 'organizationId') !== undefined) return;
  throw new AuthConfigurationError(
    `${ANSWER}.organizationId`,
    'is missing, so that the issuer of one tenant could name the organization of another',
    'Say whose issuer it is: organizationId: tenant.id; or organizationId: null, where one issuer speaks for several organizations and is trusted to name them by claims.',
  );
}

function tooLate(name: string): AuthConfigurationError {
  return new AuthConfigurationError(
    `${ANSWER}.${name}`,
    'comes too late',
    `Give it when the application starts: the option ${name} of the module.`,
  );
}
