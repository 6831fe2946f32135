import { ownMembers } from '../../core/own-property.js';
import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import {
  ASYMMETRIC_ALGORITHMS,
  DEFAULT_ALGORITHMS,
  MIN_SECRET_BYTES,
} from '../../verification/jwt/algorithms.js';
import type { JwtIssuer, KeySource } from '../../verification/jwt/jwt-issuer.js';
import type { IssuerOptions } from './issuer-options.js';
import { assertName, assertObject, refuseUndefined, refuseUnknown } from './option-checks.js';
import { resolveAudience } from './resolve-audience.js';
import { resolveKeySource } from './resolve-key-source.js';
import { resolveTokenChecks } from './resolve-token-checks.js';
import { assertKeysFit } from './static-keys.js';

/** The names of all members of {@link IssuerOptions}. */
export const ISSUER_OPTIONS: readonly (keyof IssuerOptions)[] = [
  'issuer',
  'audience',
  'algorithms',
  'jwksUri',
  'keySet',
  'jwks',
  'publicKey',
  'secret',
  'profile',
  'clockToleranceSeconds',
  'maxTokenAgeSeconds',
  'clientClaims',
  'authorizedParties',
  'authorizedPartyRequired',
  'tokenUse',
  'serviceUse',
  'cookie',
  'organizationId',
  'claims',
];

/** Without these, more tokens are accepted, or other keys than somebody meant. */
export const NARROWING: readonly (keyof IssuerOptions)[] = [
  ...(['secret', 'publicKey', 'jwks', 'jwksUri', 'algorithms'] as const),
  ...(['authorizedParties', 'tokenUse', 'profile', 'maxTokenAgeSeconds'] as const),
  'organizationId',
];

/**
 * @param option The path to the issuer's options, for messages.
 * @throws {AuthConfigurationError}
 */
export function resolveIssuer(option: string, given: IssuerOptions): JwtIssuer {
  assertObject(option, given);
  refuseUnknown(option, given, ISSUER_OPTIONS);
  refuseUndefined(option, given, NARROWING);
  const options = ownMembers(given);
  assertName(`${option}.issuer`, options.issuer, 'Give the exact value of claim iss.');
  const keys = resolveKeySource(option, options);
  const algorithms = resolveAlgorithms(option, options, keys);
  if (keys.kind === 'secret') assertLongEnough(option, keys.secrets.reveal(), algorithms);
  if (keys.kind === 'static') assertKeysFit(option, keys.jwks, algorithms);
  return Object.freeze({
    issuer: options.issuer,
    audience: resolveAudience(option, options),
    algorithms: new Set(algorithms),
    ...resolveTokenChecks(option, options),
    keys,
  });
}

function resolveAlgorithms(
  option: string,
  options: IssuerOptions,
  { kind }: KeySource,
): readonly string[] {
  const isSecret = kind === 'secret';
  const possible = isSecret ? [...MIN_SECRET_BYTES.keys()] : ASYMMETRIC_ALGORITHMS;
  const { algorithms = isSecret ? ['HS256'] : DEFAULT_ALGORITHMS } = options;
  const names: readonly unknown[] = Array.isArray(algorithms) ? algorithms : [];
  const misfit = names.findIndex((name) => !possible.some((alg) => alg === name));
  if (names.length > 0 && misfit === -1) return names as readonly string[];
  throw new AuthConfigurationError(
    `${option}.algorithms`,
    names.length === 0
      ? 'is not a list of algorithms'
      : algorithmProblem(String(names[misfit]), isSecret),
    `Choose from ${possible.join(', ')}.`,
  );
}

function algorithmProblem(name: string, isSecret: boolean): string {
  if (name.toLowerCase() === 'none') return 'has none, which accepts tokens that nobody signed';
  if (isSecret) return `has ${name}, which a secret cannot verify`;
  return MIN_SECRET_BYTES.has(name)
    ? `has ${name}, which needs a shared secret (option secret): with public keys, anybody could sign`
    : `has ${name}, which is not supported`;
}

function assertLongEnough(
  option: string,
  secrets: readonly Uint8Array[],
  algorithms: readonly string[],
): void {
  const needed = Math.max(...algorithms.map((alg) => MIN_SECRET_BYTES.get(alg) ?? 0));
  const short = secrets.find(({ byteLength }) => byteLength < needed);
  if (!short) return;
  throw new AuthConfigurationError(
    `${option}.secret`,
    short.byteLength === 0 ? 'is empty' : `is shorter than ${String(needed)} bytes`,
    `Generate one: node -p "require('node:crypto').randomBytes(${String(needed)}).toString('base64url')".`,
  );
}
