import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import type { Environment } from '../core/environment.js';
import type { AuthModuleOptions, KeySetOptions } from '../module/options/auth-options.js';
import type { IssuerOptions } from '../module/options/issuer-options.js';
import { listOf, present, variablesIn } from './variables.js';

/** What Axioms calls the same things. */
const VARIABLES = [
  'AXIOMS_AUDIENCE',
  'AXIOMS_ISS_URL',
  'AXIOMS_DOMAIN',
  'AXIOMS_JWKS_URL',
  'AXIOMS_TOKEN_TYPS',
  'AXIOMS_SCOPE_CLAIMS',
  'AXIOMS_ROLES_CLAIMS',
  'AXIOMS_PERMISSIONS_CLAIMS',
  'AXIOMS_JWKS_REFRESH_INTERVAL',
  'AXIOMS_JWKS_CACHE_TTL',
  'AXIOMS_JWKS_PREFETCH',
  'AXIOMS_SAFE_METHODS',
] as const;

type AxiomsVariable = (typeof VARIABLES)[number];

type Read = (name: AxiomsVariable) => string | undefined;

/**
 * Whether the environment is configured as for Axioms.
 *
 * @throws {AuthConfigurationError} When it is configured in both ways.
 */
export function speaksAxioms(env: Environment): boolean {
  const [first] = Object.keys(env).filter(
    (name) => name.startsWith('AXIOMS_') && env[name]?.trim(),
  );
  if (first === undefined) return false;
  const [ours] = variablesIn(env);
  if (ours === undefined) return true;
  throw new AuthConfigurationError(
    first,
    `is set beside ${ours}`,
    'Keep the variables of one kind, so that it is clear which count.',
  );
}

/**
 * The options of an environment that was made for Axioms.
 *
 * @throws {AuthConfigurationError} When something in it cannot be carried over safely.
 */
export function axiomsOptions(env: Environment): AuthModuleOptions {
  refuseOthers(env);
  const read: Read = (name) => {
    const text = env[name]?.trim() ?? '';
    return text === '' ? undefined : text;
  };
  refuseUnsafeMethods(read);
  const issuer: IssuerOptions = {
    issuer: issuerFrom(read),
    audience: audienceFrom(read),
    algorithms: [
      ...(['RS256', 'RS384', 'RS512'] as const),
      ...(['ES256', 'ES384', 'ES512'] as const),
      ...(['PS256', 'PS384', 'PS512'] as const),
    ],
    ...present({ jwksUri: read('AXIOMS_JWKS_URL'), tokenUse: typesFrom(read) }),
    claims: {
      scopes: placesFrom(read('AXIOMS_SCOPE_CLAIMS') ?? 'scope'),
      roles: placesFrom(read('AXIOMS_ROLES_CLAIMS') ?? 'roles'),
      permissions: placesFrom(read('AXIOMS_PERMISSIONS_CLAIMS') ?? 'permissions'),
    },
  };
  return { issuers: [issuer], keySets: keySetsFrom(read) };
}

function refuseOthers(env: Environment): void {
  const known: readonly string[] = VARIABLES;
  const other = Object.keys(env).find(
    (name) => name.startsWith('AXIOMS_') && !known.includes(name) && env[name]?.trim(),
  );
  if (other === undefined) return;
  throw new AuthConfigurationError(
    other,
    'is no variable that is read',
    `Remove it, or correct its name: ${known.join(', ')}.`,
  );
}

/** Axioms checks no issuer where none is named; and what it makes of a domain is not what Auth0 is called. */
function issuerFrom(read: Read): string {
  const [issuer, domain] = [read('AXIOMS_ISS_URL'), read('AXIOMS_DOMAIN')];
  if (issuer !== undefined) return issuer;
  if (domain === undefined) {
    throw new AuthConfigurationError(
      'AXIOMS_ISS_URL',
      'is missing, so that tokens of any issuer would do',
      'Set it to the exact value of claim iss.',
    );
  }
  if (!domain.endsWith('.auth0.com')) return `https://${domain}`;
  throw new AuthConfigurationError(
    'AXIOMS_DOMAIN',
    "is Auth0's, whose issuer ends with a slash",
    `Set AXIOMS_ISS_URL=https://${domain}/ instead.`,
  );
}

function audienceFrom(read: Read): string {
  const audience = read('AXIOMS_AUDIENCE');
  if (audience !== undefined) return audience;
  throw new AuthConfigurationError(
    'AXIOMS_AUDIENCE',
    'is missing',
    'Name this API as its issuer knows it.',
  );
}

const ACCESS_TOKEN_TYPES = ['jwt', 'at+jwt'];

/** Those that are no types of access tokens would let in tokens of another purpose. */
function typesFrom(read: Read): IssuerOptions['tokenUse'] {
  const given = listOf(read('AXIOMS_TOKEN_TYPS'));
  if (given === undefined) return;
  const types = given.map((type) => type.toLowerCase().replace(/^application\//, ''));
  if (types.length > 0 && types.every((type) => ACCESS_TOKEN_TYPES.includes(type))) {
    return { header: 'typ', value: [...new Set(types)], optional: true };
  }
  throw new AuthConfigurationError(
    'AXIOMS_TOKEN_TYPS',
    'names a type that is none of access tokens, or no type',
    'Choose from JWT, at+jwt and application/jwt, or remove it.',
  );
}

/** Axioms takes names, not paths, and values that are lists or separated by white space. */
function placesFrom(names: string): readonly { path: string; format: 'space' }[] {
  return (listOf(names) ?? []).map((name) => ({
    path: `[${JSON.stringify(name)}]`,
    format: 'space',
  }));
}

/** A method that is safe to Axioms is open to anybody, with no token at all. */
function refuseUnsafeMethods(read: Read): void {
  const methods = listOf(read('AXIOMS_SAFE_METHODS')) ?? [];
  if (methods.every((method) => method.toUpperCase() === 'OPTIONS')) return;
  throw new AuthConfigurationError(
    'AXIOMS_SAFE_METHODS',
    'has methods that anybody could then call without a token',
    'Leave OPTIONS alone in it, and say @Public() on handlers that are open, or safeMethods on a rule that does not hold for reading.',
  );
}

function keySetsFrom(read: Read): KeySetOptions {
  return {
    hydrate: isPrefetched(read) ? 'background' : 'lazy',
    // As there, whether or not requests come in.
    refresh: 'timer',
    ...lifetimesFrom(read),
  };
}

function isPrefetched(read: Read): boolean {
  const said = (read('AXIOMS_JWKS_PREFETCH') ?? 'true').toLowerCase();
  if (['true', '1', 'false', '0'].includes(said)) return said === 'true' || said === '1';
  throw new AuthConfigurationError(
    'AXIOMS_JWKS_PREFETCH',
    'is neither true nor false',
    'Set it to true or false.',
  );
}

/** What Axioms has where only one of them is set, in seconds. */
const USUAL = { AXIOMS_JWKS_REFRESH_INTERVAL: 3600, AXIOMS_JWKS_CACHE_TTL: 7200 } as const;

/** Keys that are refreshed at an interval, and trusted for as long as the rest of their life while that fails. */
function lifetimesFrom(read: Read): KeySetOptions {
  const names = ['AXIOMS_JWKS_REFRESH_INTERVAL', 'AXIOMS_JWKS_CACHE_TTL'] as const;
  if (names.every((name) => read(name) === undefined)) return {};
  const [interval = 0, life = 0] = names.map((name) => seconds(name, read(name)));
  if (interval < 60 || interval > 3600) {
    throw new AuthConfigurationError(
      'AXIOMS_JWKS_REFRESH_INTERVAL',
      'is not between 60 and 3600 seconds',
      'Set it to a number from 60 to 3600: withdrawn keys are refused after that.',
    );
  }
  if (life < 2 * interval || life - interval > 86_400) {
    throw new AuthConfigurationError(
      'AXIOMS_JWKS_CACHE_TTL',
      'is less than twice the refresh interval, or more than a day beyond it',
      `Set it to ${String(2 * interval)} or more, and to ${String(interval + 86_400)} at the most.`,
    );
  }
  return { freshSeconds: interval, staleSeconds: life - interval };
}

function seconds(name: keyof typeof USUAL, text: string | undefined): number {
  if (text === undefined) return USUAL[name];
  if (/^\d+$/.test(text)) return Number(text);
  throw new AuthConfigurationError(name, 'is no number', `Give whole seconds: ${name}=3600.`);
}
