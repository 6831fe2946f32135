import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import { Concealed } from '../../core/concealed.js';
import { ownMembers } from '../../core/own-property.js';
import { readVariable } from '../../core/environment.js';
import {
  assertFunction,
  assertName,
  assertObject,
  assertSeconds,
  refuseUnknown,
  resolveBoolean,
} from '../../module/options/option-checks.js';
import { parseTrustworthyAddress } from '../../endpoint/endpoint-address.js';
import type { TesseralApiKeyOptions, TesseralOptions } from './tesseral-options.js';
import type { ApiKeySettings } from './tesseral-api-keys.js';
import { PROJECT_ID, type Configuration } from './tesseral-project.js';

const KNOWN = [
  ...['publishableKey', 'projectId', 'configHost', 'jwksRefreshSeconds', 'fetch', 'cookie'],
  'apiKeys',
];

const KNOWN_OF_KEYS = ['backendApiKey', 'apiUrl', 'prefix', 'cacheSeconds', 'timeoutSeconds'];

/** The options, checked, with every default filled in. */
export interface ResolvedTesseral {
  readonly configuration: Configuration;
  readonly projectId: string | undefined;
  readonly jwksRefreshSeconds: number | undefined;
  readonly hasCookie: boolean;
  readonly apiKeys: ResolvedApiKeys | undefined;
}

/** How API keys are told, and asked about. */
interface ResolvedApiKeys extends ApiKeySettings {
  readonly prefix: string | undefined;
}

/** @throws {AuthConfigurationError} */
export function resolveTesseral(given: TesseralOptions): ResolvedTesseral {
  assertObject('tesseral', given, "Give an object: tesseral({ publishableKey: '…' }).");
  refuseUnknown('tesseral', given, KNOWN);
  const options = ownMembers(given);
  const { cookie = true, projectId, fetch, jwksRefreshSeconds } = options;
  if (fetch !== undefined) assertFunction('tesseral.fetch', fetch);
  if (projectId !== undefined) assertForm('tesseral.projectId', projectId, PROJECT_ID);
  if (jwksRefreshSeconds !== undefined)
    assertSeconds('tesseral.jwksRefreshSeconds', jwksRefreshSeconds, { min: 60, max: 3600 });
  return {
    configuration: { address: configurationOf(options), fetch },
    projectId,
    jwksRefreshSeconds,
    hasCookie: resolveBoolean('tesseral.cookie', cookie),
    apiKeys: resolveApiKeys(options.apiKeys, fetch),
  };
}

const FORMS = new Map([
  ['tesseral.publishableKey', 'publishable_key_…'],
  ['tesseral.projectId', 'project_…'],
  ['tesseral.apiKeys.backendApiKey', 'tesseral_secret_key_…'],
]);

/** What was given may be a secret in the wrong place, so that it is not quoted. */
function assertForm(option: string, value: unknown, form: RegExp): asserts value is string {
  const cure = `Copy it from the Tesseral console: ${String(FORMS.get(option))}.`;
  assertName(option, value, cure);
  if (form.test(value)) return;
  throw new AuthConfigurationError(option, 'does not look like one', cure);
}

type Place = Pick<TesseralOptions, 'publishableKey' | 'configHost'>;

function configurationOf({ publishableKey, configHost = 'config.tesseral.com' }: Place): URL {
  const option = 'tesseral.configHost';
  assertForm('tesseral.publishableKey', publishableKey, /^publishable_key_[a-z0-9]+$/);
  assertName(option, configHost, "Give a host: 'config.tesseral.com'.");
  const isOrigin = configHost.includes('://');
  const origin = originOf(option, isOrigin ? configHost : `https://${configHost}`);
  return new URL(`/v1/config/${publishableKey}`, origin);
}

/** Where something else than a service is, there is nobody to ask. */
function originOf(option: string, text: string): string {
  const address = parseTrustworthyAddress(text);
  const hasMore = address?.pathname !== '/' || address.search + address.hash !== '';
  if (!hasMore) return address.origin;
  throw new AuthConfigurationError(
    option,
    'is no origin on https',
    'Give a host without a path; http is accepted on loopback only (127.0.0.1, [::1], localhost).',
  );
}

function resolveApiKeys(
  given: TesseralOptions['apiKeys'] = false,
  fetch: TesseralOptions['fetch'],
): ResolvedApiKeys | undefined {
  const option = 'tesseral.apiKeys';
  if (given === false) return;
  const named: TesseralApiKeyOptions = given === true ? {} : given;
  assertObject(option, named, 'Give true, or an object: apiKeys: { backendApiKey }.');
  refuseUnknown(option, named, KNOWN_OF_KEYS);
  const options = ownMembers(named);
  const { cacheSeconds = 0, timeoutSeconds = 3, prefix } = options;
  const { apiUrl = 'https://api.tesseral.com' } = options;
  assertSeconds(`${option}.cacheSeconds`, cacheSeconds, { min: 0, max: 60 });
  assertSeconds(`${option}.timeoutSeconds`, timeoutSeconds, { min: 0.1, max: 60 });
  assertName(`${option}.apiUrl`, apiUrl, "Give an origin: 'https://api.tesseral.com'.");
  const origin = originOf(`${option}.apiUrl`, apiUrl);
  return {
    endpoint: new URL('/v1/api-keys/authenticate', origin),
    backendApiKey: backendKey(options),
    fetch,
    prefix,
    cacheMs: cacheSeconds * 1000,
    timeoutMs: timeoutSeconds * 1000,
  };
}

const VARIABLE = 'TESSERAL_BACKEND_API_KEY';

function backendKey({ backendApiKey }: TesseralApiKeyOptions): Concealed<string> {
  const option = 'tesseral.apiKeys.backendApiKey';
  const key = backendApiKey ?? readVariable(process.env, VARIABLE);
  if (key === undefined) {
    throw new AuthConfigurationError(
      option,
      `is missing, and ${VARIABLE} is not set`,
      'Give the backend API key of the project, or leave apiKeys out.',
    );
  }
  assertForm(option, key, /^tesseral_secret_key_\w+$/);
  return new Concealed(key);
}
