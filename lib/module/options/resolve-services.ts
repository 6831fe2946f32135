import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import { ownMembers } from '../../core/own-property.js';
import { parseTrustworthyAddress } from '../../endpoint/endpoint-address.js';
import type { ServiceSettings, ServiceTokenSettings } from '../../outbound/service.js';
import type { AuthModuleOptions } from './auth-options.js';
import {
  assertName,
  assertObject,
  assertSeconds,
  refuseUnknown,
  resolveBoolean,
} from './option-checks.js';
import { resolveOAuthClient } from './resolve-oauth-client.js';
import type { ServiceOptions } from './service-options.js';

const KNOWN = [
  ...['baseUrl', 'issuer', 'tokenEndpoint', 'scope', 'audience', 'resource', 'timeoutSeconds'],
  ...['clientId', 'clientSecret', 'privateKey', 'keyId', 'clientAuthentication', 'messages'],
];

const CURE =
  "Give an object with an entry for each service: services: { billing: { baseUrl, issuer, clientId, clientSecret, scope: 'invoices:read' } }.";

/** @throws {AuthConfigurationError} */
export function resolveServices({ services = {} }: AuthModuleOptions): readonly ServiceSettings[] {
  assertObject('services', services, CURE);
  return Object.entries(services).map(([name, given]) => resolveService(name, given));
}

function resolveService(name: string, given: ServiceOptions): ServiceSettings {
  const option = `services.${name}`;
  assertObject(option, given, CURE);
  refuseUnknown(option, given, KNOWN);
  const options = ownMembers(given);
  const baseUrl = addressOf(`${option}.baseUrl`, options.baseUrl);
  const tokens = resolveTokens(option, options);
  const messages = resolveBoolean(`${option}.messages`, options.messages);
  if (baseUrl || tokens || messages) return { name, baseUrl, tokens, messages };
  throw new AuthConfigurationError(
    option,
    'is neither called nor given a token',
    'Give baseUrl, or messages: true where it is reached by messages, or issuer and clientId, or several of them.',
  );
}

const ABOUT_TOKENS = [
  ...['issuer', 'tokenEndpoint', 'scope', 'audience', 'resource', 'timeoutSeconds'],
  ...['clientId', 'clientSecret', 'privateKey', 'keyId', 'clientAuthentication'],
] as const;

function resolveTokens(option: string, options: ServiceOptions): ServiceTokenSettings | undefined {
  const given = ABOUT_TOKENS.filter((name) => Object.hasOwn(options, name));
  if (given.length === 0) return;
  const { issuer, tokenEndpoint, clientId = '', timeoutSeconds = 3 } = options;
  const client = resolveOAuthClient(option, { ...options, clientId });
  assertSeconds(`${option}.timeoutSeconds`, timeoutSeconds, { min: 0.1, max: 60 });
  const endpoint = addressOf(`${option}.tokenEndpoint`, tokenEndpoint);
  const server = addressOf(`${option}.issuer`, issuer);
  if (!endpoint && !server) {
    throw new AuthConfigurationError(
      `${option}.issuer`,
      'is missing',
      'Give the issuer of the tokens, or tokenEndpoint: where they are asked for.',
    );
  }
  return {
    endpoint: {
      issuer: issuer ?? endpoint?.href ?? '',
      endpoint,
      client,
      timeoutMs: timeoutSeconds * 1000,
    },
    purpose: {
      scope: scopeOf(option, options),
      audience: nameOf(`${option}.audience`, options.audience),
      resource: nameOf(`${option}.resource`, options.resource),
    },
  };
}

function addressOf(option: string, given: unknown): URL | undefined {
  if (given === undefined) return;
  const address = typeof given === 'string' ? parseTrustworthyAddress(given) : undefined;
  if (address && address.search + address.hash === '') return address;
  throw new AuthConfigurationError(
    option,
    'is no https address without a query',
    'Give an https address; http is accepted on loopback only (127.0.0.1, [::1], localhost).',
  );
}

function scopeOf(option: string, { scope }: ServiceOptions): string | undefined {
  if (scope === undefined) return;
  const scopes: readonly unknown[] = Array.isArray(scope) ? scope : [scope];
  const cure = "Give names separated by spaces, or a list: scope: ['invoices:read'].";
  for (const each of scopes.length > 0 ? scopes : [undefined]) {
    assertName(`${option}.scope`, each, cure);
  }
  return scopes.join(' ');
}

function nameOf(option: string, given: unknown): string | undefined {
  if (given === undefined) return;
  assertName(option, given, 'Give the name that the service has at its issuer, or leave it out.');
  return given;
}
