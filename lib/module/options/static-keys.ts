import { createPublicKey, type KeyObject } from 'node:crypto';
import type { JSONWebKeySet, JWK } from 'jose';
import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import { LocalKeySet } from '../../verification/jwt/keys/local-key-set.js';
import { assertObject } from './option-checks.js';

/** RFC 7518 section 3.3. */
const MIN_RSA_BITS = 2048;

/** What a public key of each kind can verify (RFC 7518 section 3.1, RFC 8037 section 3.1). */
const ALGORITHMS_OF_CURVE: ReadonlyMap<string | undefined, readonly string[]> = new Map([
  ['P-256', ['ES256']],
  ['P-384', ['ES384']],
  ['P-521', ['ES512']],
  ['Ed25519', ['EdDSA', 'Ed25519']],
]);

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
  const isUsable = keys.length > 0 && new LocalKeySet(keys).size === keys.length;
  if (!isUsable) return 'has no key, or one that verifies no signature';
  const read = (keys as readonly JWK[]).map(readKey);
  if (read.includes(undefined)) return 'has a key that cannot be read';
  const bits = read.map((key) => key?.asymmetricKeyDetails?.modulusLength ?? MIN_RSA_BITS);
  return bits.some((each) => each < MIN_RSA_BITS) ? 'has an RSA key below 2048 bits' : undefined;
}

function isPrivate(key: unknown): boolean {
  return typeof key !== 'object' || key === null || 'd' in key || 'k' in key;
}

function readKey(key: JWK): KeyObject | undefined {
  try {
    return createPublicKey({ key, format: 'jwk' });
  } catch {
    return;
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
  const misfit = keys.find((key) => !algorithms.some((alg) => fits(key, alg)));
  if (!misfit) return;
  throw new AuthConfigurationError(
    `${option}.algorithms`,
    `has none that a given key of type ${String(misfit.crv ?? misfit.kty)} can verify`,
    'Add the algorithm the issuer signs with, or remove the key.',
  );
}

function fits({ kty, crv, alg: only }: JWK, alg: string): boolean {
  if (only !== undefined && only !== alg) return false;
  return kty === 'RSA'
    ? /^[RP]S/.test(alg)
    : (ALGORITHMS_OF_CURVE.get(crv)?.includes(alg) ?? false);
}
