import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import { readVariable, type Environment } from '../core/environment.js';
import type { AuthModuleOptions } from '../module/options/auth-options.js';
import { refuseMisspelt } from '../module/options/misspelt-variables.js';
import type { IssuerOptions } from '../module/options/issuer-options.js';
import type { IssuerEntry } from '../module/options/identity-provider.js';
import { axiomsOptions, speaksAxioms } from './axioms.js';
import { providersFrom } from './providers-from-env.js';
import { listOf, present, VARIABLES, WORDS, type Read, type Variable } from './variables.js';

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

/**
 * Reads the options from environment variables.
 *
 * | variable | option |
 * | --- | --- |
 * | `AUTH_PROVIDER` | the preset of the provider, by its name: `keycloak`; its words are in variables of their own |
 * | `AUTH_ISSUER` | `issuer`; a comma list makes several issuers, alike in all that follows |
 * | `AUTH_AUDIENCE` | `audience`; comma list |
 * | `AUTH_ALGORITHMS` | `algorithms`; comma list |
 * | `AUTH_CLOCK_TOLERANCE`, `AUTH_MAX_TOKEN_AGE` | `clockToleranceSeconds`, `maxTokenAgeSeconds` |
 * | `AUTH_PROFILE` | `profile` |
 * | `AUTH_AUTHORIZED_PARTIES` | `authorizedParties`; comma list |
 * | `AUTH_JWKS_URI`, `AUTH_PUBLIC_KEY`, `AUTH_SECRET` | `jwksUri`, `publicKey`, `secret`; with a single issuer only |
 * | `AUTH_ROLES_CLAIM`, `AUTH_PERMISSIONS_CLAIM`, `AUTH_SCOPES_CLAIM`, `AUTH_ORGANIZATION_CLAIM` | `claims`; comma lists of paths, tried in order |
 * | `AUTH_COOKIE` | `cookie.name` |
 * | `AUTH_REALM`, `AUTH_RESOURCE_METADATA` | `realm`, `resourceMetadata` |
 *
 * Values and the entries of comma lists are trimmed, empty ones dropped, and an empty variable counts
 * as absent.
 * `NAME_FILE` names a file that holds the value instead, as container platforms mount secrets. Where
 * none of these is set, the variables of Axioms are read (`AXIOMS_AUDIENCE`, `AXIOMS_ISS_URL`, …).
 *
 * @param env Default: `process.env`.
 * @throws {AuthConfigurationError} When a variable cannot be read, contradicts another one, or is called
 *   almost as one of these. What it says is checked when the module boots.
 * @publicApi
 */
export function authOptionsFromEnv(env: Environment = process.env): AuthModuleOptions {
  refuseMisspelt(env, 'AUTH_', [...VARIABLES, ...WORDS]);
  if (speaksAxioms(env)) return axiomsOptions(env);
  const read = (name: Variable): string | undefined => readVariable(env, name);
  const options: Partial<Mutable<AuthModuleOptions>> = { issuers: issuersFrom(read) };
  const cookie = read('AUTH_COOKIE');
  const realm = read('AUTH_REALM');
  const resourceMetadata = read('AUTH_RESOURCE_METADATA');
  if (cookie !== undefined) options.cookie = { name: cookie };
  if (realm !== undefined) options.realm = realm;
  if (resourceMetadata !== undefined) options.resourceMetadata = resourceMetadata;
  return options;
}

function issuersFrom(read: Read): readonly IssuerEntry[] {
  const issuers = listOf(read('AUTH_ISSUER')) ?? [];
  const shared = sharedOptions(read);
  const keys = keysFrom(read);
  const [name] = Object.keys(keys);
  if (name !== undefined && issuers.length > 1) {
    throw new AuthConfigurationError(
      'AUTH_ISSUER',
      `names several issuers beside ${KEY_VARIABLES[name as keyof typeof KEY_VARIABLES]}, and keys belong to one issuer`,
      "Name one issuer, or remove the keys so that each issuer's are discovered.",
    );
  }
  const provider = read('AUTH_PROVIDER');
  if (provider !== undefined) {
    return providersFrom(read, provider, { issuers, options: { ...shared, ...keys } });
  }
  return issuers.map((issuer) => ({ issuer, ...shared, ...keys }) as IssuerOptions);
}

function sharedOptions(read: Read): Partial<IssuerOptions> {
  if (read('AUTH_AUDIENCE') === 'null') {
    throw new AuthConfigurationError(
      'AUTH_AUDIENCE',
      'is the word null',
      'Name this API as its issuer knows it; the check of the audience can be waived in the code only.',
    );
  }
  return present({
    audience: listOf(read('AUTH_AUDIENCE')),
    // Checked when the module boots, as all the rest is.
    algorithms: listOf(read('AUTH_ALGORITHMS')) as IssuerOptions['algorithms'],
    clockToleranceSeconds: seconds(read, 'AUTH_CLOCK_TOLERANCE'),
    maxTokenAgeSeconds: seconds(read, 'AUTH_MAX_TOKEN_AGE'),
    profile: read('AUTH_PROFILE') as IssuerOptions['profile'],
    authorizedParties: listOf(read('AUTH_AUTHORIZED_PARTIES')),
    claims: claimsFrom(read),
  });
}

const KEY_VARIABLES = {
  jwksUri: 'AUTH_JWKS_URI',
  publicKey: 'AUTH_PUBLIC_KEY',
  secret: 'AUTH_SECRET',
} as const;

function keysFrom(read: Read): Partial<IssuerOptions> {
  return present({
    jwksUri: read(KEY_VARIABLES.jwksUri),
    publicKey: read(KEY_VARIABLES.publicKey),
    secret: read(KEY_VARIABLES.secret),
  });
}

function claimsFrom(read: Read): NonNullable<IssuerOptions['claims']> {
  return present({
    roles: listOf(read('AUTH_ROLES_CLAIM')),
    permissions: listOf(read('AUTH_PERMISSIONS_CLAIM')),
    scopes: listOf(read('AUTH_SCOPES_CLAIM')),
    organizationId: listOf(read('AUTH_ORGANIZATION_CLAIM')),
  });
}

/** An example for each, of a size that makes sense. */
const SECONDS = { AUTH_CLOCK_TOLERANCE: '5', AUTH_MAX_TOKEN_AGE: '3600' } as const;

function seconds(read: Read, name: keyof typeof SECONDS): number | undefined {
  const text = read(name);
  if (text === undefined) return;
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text);
  throw new AuthConfigurationError(
    name,
    'is no number',
    `Give a number of seconds, without a unit: ${name}=${SECONDS[name]}.`,
  );
}
