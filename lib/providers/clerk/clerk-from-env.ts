import { readVariable, type Environment } from '../../core/environment.js';
import { refuseMisspelt } from '../../module/options/misspelt-variables.js';
import type { ClerkOptions } from './clerk-options.js';

const VARIABLES = {
  publishableKey: 'CLERK_PUBLISHABLE_KEY',
  frontendApi: 'CLERK_FRONTEND_API',
  secretKey: 'CLERK_SECRET_KEY',
  machineSecretKey: 'CLERK_MACHINE_SECRET_KEY',
  jwtKey: 'CLERK_JWT_KEY',
  machineId: 'CLERK_MACHINE_ID',
  apiUrl: 'CLERK_API_URL',
} as const satisfies Partial<Record<keyof ClerkOptions, string>>;

const LISTS = {
  authorizedParties: 'CLERK_AUTHORIZED_PARTIES',
  audience: 'CLERK_AUDIENCE',
  oauthClients: 'CLERK_OAUTH_CLIENTS',
} as const satisfies Partial<Record<keyof ClerkOptions, string>>;

/**
 * Reads the options of {@link clerk} from the environment: `clerk(clerkFromEnv())`.
 *
 * | variable | option |
 * | --- | --- |
 * | `CLERK_PUBLISHABLE_KEY`, `CLERK_FRONTEND_API` | `publishableKey`, `frontendApi` |
 * | `CLERK_JWT_KEY` | `jwtKey` |
 * | `CLERK_SECRET_KEY`, `CLERK_MACHINE_SECRET_KEY`, `CLERK_MACHINE_ID` | `secretKey`, `machineSecretKey`, `machineId` |
 * | `CLERK_AUTHORIZED_PARTIES`, `CLERK_AUDIENCE`, `CLERK_OAUTH_CLIENTS` | `authorizedParties`, `audience`, `oauthClients`; comma lists |
 * | `CLERK_API_URL` | `apiUrl` |
 *
 * Values and the entries of comma lists are trimmed, empty ones dropped, and an empty variable counts
 * as absent. Without `CLERK_AUTHORIZED_PARTIES`, `clerk()` refuses. `NAME_FILE` names a file that holds the value instead.
 *
 * @param env Default: `process.env`.
 * @throws {AuthConfigurationError} When a variable cannot be read, or is called almost as one of these. What it
 *   says, `clerk()` checks.
 * @publicApi
 */
export function clerkFromEnv(env: Environment = process.env): ClerkOptions {
  refuseMisspelt(env, 'CLERK_', [...Object.values(VARIABLES), ...Object.values(LISTS)]);
  const texts = entries(VARIABLES, env);
  const lists = entries(LISTS, env).map(([name, text]) => [name, split(text)] as const);
  return Object.fromEntries([...texts, ...lists]) as ClerkOptions;
}

function entries(
  variables: Readonly<Record<string, string>>,
  env: Environment,
): readonly (readonly [string, string])[] {
  return Object.entries(variables).flatMap(([name, variable]) => {
    const text = readVariable(env, variable);
    return text === undefined ? [] : [[name, text] as const];
  });
}

function split(text: string): readonly string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}
