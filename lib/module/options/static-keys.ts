import { createPublicKey } from 'node:crypto';
import type { JSONWebKeySet, JWK } from 'jose';
import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import { algorithmsFor, ASYMMETRIC_ALGORITHMS } from '../../verification/jwt/algorithms.js';
import { inspectKey, type KeyFlaw } from '../../verification/jwt/keys/key-inspection.js';
import { assertObject } from './option-checks.js';

/**
 * Reads a public key in PEM: SPKI, PKCS #1 or a certificate.
 *
 * @throws {AuthConfigurationError}
 */
export function keyFromPem(option: string, pem: string): JWK {
  const text = pem.replaceAll('\\n', '\n');
  const isPrivate = text.includes('PRIVATE KEY');
  try {
    if (!isPrivate) return createPublicKey(text).export({ format: 'jwk' });
  } catch {
    // Said below, without the words of the parser: they may quote the key.
  }
  throw new AuthConfigurationError(
    option,
    isPrivate ? 'is a private key, which belongs to the issuer alone' : 'is no public key in PEM',
    'Give a text that begins with -----BEGIN PUBLIC KEY----- (or RSA PUBLIC KEY, or CERTIFICATE).',
  );
}

/** Whether a would-be secret is a key, in whatever form keys are handed around, or an address. */
export function isPublicKnowledge(secret: unknown): boolean {
  if (typeof secret !== 'string' && !(secret instanceof Uint8Array)) return false;
  const octets = Buffer.from(secret);
  const forms = [octets, Buffer.from(octets.toString('latin1'), 'base64')];
  return forms.some((form) => isKeyText(form.toString('latin1')) || isDer(form));
}

function isKeyText(text: string): boolean {
  return /-----BEGIN|"kty"|^ssh-|^https?:/.test(text);
}

function isDer(key: Buffer): boolean {
  return (['spki', 'pkcs1'] as const).some((type) => {
    try {
      return createPublicKey({ key, format: 'der', type }).type === 'public';
    } catch {
      return false;
    }
  });
}

/**
 * Checks keys that are given in the configuration: a key that could verify nothing is a mistake.
 *
 * @throws {AuthConfigurationError}
 */
export function assertPublicKeys(option: string, jwks: unknown): asserts jwks is JSONWebKeySet {
  assertObject(option, jwks, 'Give a key set: { keys: […] }; its address belongs into jwksUri.');
  const { keys } = jwks as { keys?: unknown };
  const given: readonly unknown[] = Array.isArray(keys) ? keys : [];
  const problem = problemOf(given);
  if (problem === undefined) return;
  throw new AuthConfigurationError(
    option,
    problem,
    'Give public signing keys only; a shared secret belongs into secret, a private key to the issuer.',
  );
}

function problemOf(keys: readonly unknown[]): string | undefined {
  if (keys.some(isPrivate)) return 'has a key that is not public';
  const inspected = keys.map((key) => inspectKey(key, ASYMMETRIC_ALGORITHMS));
  const isRelevant = inspected.every(({ kind }) => kind !== 'irrelevant');
  if (keys.length === 0 || !isRelevant) return 'has no key, or one that verifies no signature';
  const flaw = inspected.find((each) => each.kind === 'unsound')?.flaw;
  if (flaw !== undefined) return FLAWS[flaw];
  return (keys as readonly JWK[]).every(isReadable) ? undefined : FLAWS.not_importable;
}

const FLAWS: Readonly<Record<KeyFlaw, string>> = {
  private: 'has a key that is not public',
  malformed: 'has a key that cannot be read',
  not_importable: 'has a key that cannot be read',
  other_issuer: 'has a key of another issuer',
  rsa_size: 'has an RSA key below 2048 bits, or above 8192',
  rsa_exponent: 'has an RSA key whose exponent is even or 1: anybody could sign',
};

function isPrivate(key: unknown): boolean {
  return typeof key !== 'object' || key === null || 'd' in key || 'k' in key;
}

function isReadable(key: JWK): boolean {
  try {
    createPublicKey({ key, format: 'jwk' });
    return true;
  } catch {
    return false;
  }
}

/**
 * Checks that every given key can verify at least one of the algorithms.
 *
 * @throws {AuthConfigurationError}
 */
export function assertKeysFit(
  option: string,
  { keys }: JSONWebKeySet,
  algorithms: readonly string[],
): void {
  const misfit = keys.find((key) => algorithmsFor(key, algorithms).length === 0);
  if (!misfit) return;
  throw new AuthConfigurationError(
    `${option}.algorithms`,
    `has none that a given key of type ${String(misfit.crv ?? misfit.kty)} can verify`,
    'Add the algorithm the issuer signs with, or remove the key.',
  );
}
