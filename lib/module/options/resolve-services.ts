import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import { ownMembers } from '../../core/own-property.js';
import type { ServiceSettings, ServiceTokenSettings } from '../../outbound/service.js';
import { statedPurpose } from '../../outbound/token-purpose.js';
import type { AuthModuleOptions } from './auth-options.js';
import {
  assertObject,
  assertSeconds,
  refuseUndefined,
  refuseUnknown,
  resolveBoolean,
} from './option-checks.js';
import { resolveOAuthClient } from './resolve-oauth-client.js';
import { resolveAddress, resolveBaseUrl } from './resolve-service-address.js';
import type { ServiceOptions } from './service-options.js';

const KNOWN = [
  ...['baseUrl', 'issuer', 'tokenEndpoint', 'scope', 'audience', 'resource', 'timeoutSeconds'],
  ...['clientId', 'clientSecret', 'privateKey', 'keyId', 'clientAuthentication'],
  ...['allowInsecure', 'messages'],
];

/** Without them, a token is asked for elsewhere, for more, or not sent at all. */
const NARROWING = ['baseUrl', 'tokenEndpoint', 'scope', 'audience', 'resource'];

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
  refuseUndefined(option, given, NARROWING);
  const options = ownMembers(given);
  const isOpen = resolveBoolean(`${option}.allowInsecure`, options.allowInsecure);
  const baseUrl = resolveBaseUrl(`${option}.baseUrl`, options.baseUrl, isOpen);
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
  const { scope, audience, resource } = options;
  const client = resolveOAuthClient(option, { ...options, clientId });
  assertSeconds(`${option}.timeoutSeconds`, timeoutSeconds, { min: 0.1, max: 60 });
  const endpoint = resolveAddress(`${option}.tokenEndpoint`, tokenEndpoint);
  const server = resolveAddress(`${option}.issuer`, issuer);
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
    purpose: statedPurpose(option, { scope, audience, resource }),
  };
}
