import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import {
  ASYMMETRIC_ALGORITHMS,
  DEFAULT_ALGORITHMS,
  MIN_SECRET_BYTES,
} from '../../verification/jwt/algorithms.js';
import type { JwtIssuer, KeySource } from '../../verification/jwt/jwt-issuer.js';
import type { IssuerOptions } from './auth-options.js';
import { assertName, assertObject, refuseUnknown } from './option-checks.js';
import { resolveKeySource } from './resolve-key-source.js';

const KNOWN = [
  'issuer',
  'audience',
  'algorithms',
  'jwksUri',
  'jwks',
  'publicKey',
  'secret',
  'clockToleranceSeconds',
  'claims',
];

/** The largest difference between two clocks that is worth tolerating, in seconds. */
const MAX_CLOCK_TOLERANCE_SECONDS = 300;

/**
 * @param option The path to the issuer's options, for messages.
 * @throws {AuthConfigurationError}
 */
export function resolveIssuer(option: string, options: IssuerOptions): JwtIssuer {
  assertObject(option, options);
  refuseUnknown(option, options, KNOWN);
  assertName(`${option}.issuer`, options.issuer, 'Give the exact value of claim iss.');
  const keys = resolveKeySource(option, options);
  const algorithms = resolveAlgorithms(option, options, keys);
  if (keys.kind === 'secret') assertLongEnough(option, keys.secret, algorithms);
  return Object.freeze({
    issuer: options.issuer,
    audience: resolveAudience(option, options),
    algorithms: new Set(algorithms),
    clockToleranceSeconds: resolveTolerance(option, options),
    keys,
  });
}

function resolveAudience(
  option: string,
  { audience }: Partial<IssuerOptions>,
): ReadonlySet<string> | null {
  if (audience === null) return null;
  const cure =
    'Name this API as its issuer knows it, or give null to accept tokens meant for anybody.';
  const audiences: readonly unknown[] = [audience].flat();
  if (audiences.length === 0) assertName(`${option}.audience`, undefined, cure);
  for (const each of audiences) assertName(`${option}.audience`, each, cure);
  return new Set(audiences as readonly string[]);
}

function resolveAlgorithms(
  option: string,
  { algorithms }: IssuerOptions,
  { kind }: KeySource,
): readonly string[] {
  const isSecret = kind === 'secret';
  const possible = isSecret ? [...MIN_SECRET_BYTES.keys()] : ASYMMETRIC_ALGORITHMS;
  const chosen = listOf(algorithms ?? (isSecret ? ['HS256'] : DEFAULT_ALGORITHMS));
  const supported = possible.filter((alg) => chosen.includes(alg));
  if (chosen.length > 0 && chosen.every((alg) => possible.some((each) => each === alg))) {
    return supported;
  }
  throw new AuthConfigurationError(
    `${option}.algorithms`,
    algorithmProblem(chosen, isSecret),
    `Choose from ${possible.join(', ')}.`,
  );
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function algorithmProblem(names: readonly unknown[], isSecret: boolean): string {
  if (names.length === 0) return 'is not a list of algorithms';
  if (names.some((alg) => String(alg).toLowerCase() === 'none')) {
    return 'has none, which accepts tokens that nobody signed';
  }
  if (!isSecret && names.some((alg) => MIN_SECRET_BYTES.has(String(alg)))) {
    return 'has an HMAC algorithm beside public keys, with which anybody who has the public key could sign';
  }
  return isSecret
    ? 'has something else than an HMAC algorithm beside a secret'
    : 'has an algorithm that is not supported';
}

function assertLongEnough(option: string, secret: Uint8Array, algorithms: readonly string[]): void {
  const needed = Math.max(...algorithms.map((alg) => MIN_SECRET_BYTES.get(alg) ?? 0));
  if (secret.byteLength >= needed) return;
  throw new AuthConfigurationError(
    `${option}.secret`,
    secret.byteLength === 0 ? 'is empty' : `is shorter than ${String(needed)} bytes`,
    `Generate one: node -p "require('node:crypto').randomBytes(${String(needed)}).toString('base64url')".`,
  );
}

function resolveTolerance(
  option: string,
  { clockToleranceSeconds: seconds = 5 }: IssuerOptions,
): number {
  if (Number.isFinite(seconds) && seconds >= 0 && seconds <= MAX_CLOCK_TOLERANCE_SECONDS) {
    return seconds;
  }
  throw new AuthConfigurationError(
    `${option}.clockToleranceSeconds`,
    'is no number of seconds that two clocks may differ by',
    `Give a number from 0 to ${String(MAX_CLOCK_TOLERANCE_SECONDS)}.`,
  );
}
