import type { Environment } from '../core/environment.js';

/** The variables in which a provider is described in its own words: read beside `AUTH_PROVIDER`, and else somebody else's. */
export const WORDS = [
  'AUTH_PROVIDER_URL',
  'AUTH_DOMAIN',
  'AUTH_KEYCLOAK_REALM',
  'AUTH_TENANT_ID',
  'AUTH_PROJECT_ID',
  'AUTH_USER_POOL_ID',
  'AUTH_REGION',
  'AUTH_CLIENT_ID',
] as const;

/** The variables that are read in any case. */
export const VARIABLES = [
  'AUTH_PROVIDER',
  'AUTH_ISSUER',
  'AUTH_AUDIENCE',
  'AUTH_ALGORITHMS',
  'AUTH_CLOCK_TOLERANCE',
  'AUTH_MAX_TOKEN_AGE',
  'AUTH_PROFILE',
  'AUTH_AUTHORIZED_PARTIES',
  'AUTH_JWKS_URI',
  'AUTH_PUBLIC_KEY',
  'AUTH_SECRET',
  'AUTH_ROLES_CLAIM',
  'AUTH_PERMISSIONS_CLAIM',
  'AUTH_SCOPES_CLAIM',
  'AUTH_ORGANIZATION_CLAIM',
  'AUTH_COOKIE',
  'AUTH_REALM',
  'AUTH_RESOURCE_METADATA',
] as const;

export type Word = (typeof WORDS)[number];

export type Variable = (typeof VARIABLES)[number] | Word;

/** Those that are read in any case, and say something. */
export function variablesIn(env: Environment): readonly Variable[] {
  return VARIABLES.filter((name) =>
    [name, `${name}_FILE`].some((each) => (env[each]?.trim() ?? '') !== ''),
  );
}

/** Reads a variable. */
export type Read = (name: Variable) => string | undefined;

/** The entries of a comma list, trimmed, without empty ones. */
export function listOf(text: string | undefined): string[] | undefined {
  const entries = text?.split(',').map((entry) => entry.trim());
  return entries?.filter((entry) => entry !== '');
}

/** The options that are there. */
export function present<T extends object>(
  options: T,
): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Name in keyof T]?: Exclude<T[Name], undefined> };
}
