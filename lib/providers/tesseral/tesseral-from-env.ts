import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import type {
  DiscoveredProvider,
  IdentityProvider,
} from '../../module/options/identity-provider.js';
import { readVariable, type Environment } from '../../core/environment.js';
import { refuseMisspelt } from '../../module/options/misspelt-variables.js';
import { tesseral } from './tesseral.js';
import type { TesseralOptions } from './tesseral-options.js';

const VARIABLES = [
  'TESSERAL_PUBLISHABLE_KEY',
  'TESSERAL_PROJECT_ID',
  'TESSERAL_API_KEYS',
  'TESSERAL_BACKEND_API_KEY',
];

/**
 * A project of Tesseral, as environment variables tell of it.
 *
 * | variable | option |
 * | --- | --- |
 * | `TESSERAL_PUBLISHABLE_KEY` | `publishableKey` |
 * | `TESSERAL_PROJECT_ID` | `projectId` |
 * | `TESSERAL_API_KEYS` | `apiKeys`: `true` or `false` |
 * | `TESSERAL_BACKEND_API_KEY` | `apiKeys.backendApiKey`; by itself, it accepts no API keys |
 *
 * `NAME_FILE` names a file that holds the value instead.
 *
 * @param env Default: `process.env`.
 * @throws {AuthConfigurationError} When a variable is missing, cannot be read, or is called almost as one
 *   of these.
 * @publicApi
 */
export function tesseralFromEnv(
  env: Environment = process.env,
): IdentityProvider | DiscoveredProvider {
  refuseMisspelt(env, 'TESSERAL_', VARIABLES);
  const projectId = readVariable(env, 'TESSERAL_PROJECT_ID');
  return tesseral({
    publishableKey: required(env, 'TESSERAL_PUBLISHABLE_KEY'),
    ...(projectId !== undefined && { projectId }),
    apiKeys: apiKeysFrom(env),
  });
}

function apiKeysFrom(env: Environment): NonNullable<TesseralOptions['apiKeys']> {
  const name = 'TESSERAL_API_KEYS';
  const text = readVariable(env, name) ?? 'false';
  if (text === 'false') return false;
  if (text === 'true') return { backendApiKey: required(env, 'TESSERAL_BACKEND_API_KEY') };
  throw new AuthConfigurationError(name, 'is neither true nor false', `Set ${name}=true.`);
}

function required(env: Environment, name: string): string {
  const value = readVariable(env, name);
  if (value !== undefined) return value;
  const cure = 'Set it to what the Tesseral console shows.';
  throw new AuthConfigurationError(name, 'is not set', cure);
}
