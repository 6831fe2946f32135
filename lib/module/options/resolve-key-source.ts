import { createPublicKey } from 'node:crypto';
import type { JSONWebKeySet, JWK } from 'jose';
import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import type { KeySource } from '../../verification/jwt/jwt-issuer.js';
import { LocalKeySet } from '../../verification/jwt/keys/local-key-set.js';
import { parseTrustworthyAddress } from '../../verification/jwt/keys/endpoint-address.js';
import type { IssuerOptions } from './auth-options.js';
import { assertObject } from './option-checks.js';

const SOURCES = ['jwksUri', 'jwks', 'publicKey', 'secret'] as const;

/** @throws {AuthConfigurationError} */
export function resolveKeySource(option: string, options: IssuerOptions): KeySource {
  const given = SOURCES.filter((name) => options[name] !== undefined);
  if (given.length > 1) {
    throw new AuthConfigurationError(
      `${option}.${String(given[1])}`,
      `is given beside ${String(given[0])}`,
      'Keep one source of keys: a secret and public keys are never mixed.',
    );
  }
  assertIssuerAddress(option, options.issuer, given.length === 0);
  const { jwks, publicKey, secret } = options;
  if (secret !== undefined) return { kind: 'secret', secret: octets(option, secret) };
  if (jwks !== undefined) return staticKeys(`${option}.jwks`, jwks);
  if (publicKey !== undefined) return publicKeys(`${option}.publicKey`, publicKey);
  return { kind: 'remote', jwksUri: resolveJwksUri(option, options) };
}

/** Whoever is between us and an issuer on plain http is the issuer. */
function assertIssuerAddress(option: string, issuer: string, isDiscovered: boolean): void {
  if (parseTrustworthyAddress(issuer)) return;
  if (/^http:/i.test(issuer)) {
    throw new AuthConfigurationError(
      `${option}.issuer`,
      'is on plain http',
      'Use https; http is accepted on loopback only (127.0.0.1, [::1], localhost).',
    );
  }
  if (!isDiscovered) return;
  throw new AuthConfigurationError(
    `${option}.issuer`,
    'is no https address, so its keys cannot be discovered',
    'Give the address of the issuer, or say where its keys are with jwksUri, jwks, publicKey or secret.',
  );
}

function resolveJwksUri(option: string, { jwksUri }: IssuerOptions): URL | undefined {
  if (jwksUri === undefined) return;
  const address = typeof jwksUri === 'string' ? parseTrustworthyAddress(jwksUri) : undefined;
  if (address) return address;
  throw new AuthConfigurationError(
    `${option}.jwksUri`,
    'is no https address',
    'Give an https address; http is accepted on loopback only (127.0.0.1, [::1], localhost).',
  );
}

function octets(option: string, secret: unknown): Uint8Array {
  if (typeof secret === 'string') return new TextEncoder().encode(secret);
  if (secret instanceof Uint8Array) return Uint8Array.from(secret);
  throw new AuthConfigurationError(
    `${option}.secret`,
    'is neither a string nor a Uint8Array',
    'Give the secret as a string, or as the bytes it stands for.',
  );
}

function publicKeys(option: string, given: NonNullable<IssuerOptions['publicKey']>): KeySource {
  const keys: readonly (string | JWK)[] = [given as string | JWK].flat();
  return staticKeys(option, {
    keys: keys.map((key) => (typeof key === 'string' ? fromPem(option, key) : key)),
  });
}

function fromPem(option: string, pem: string): JWK {
  const text = pem.replaceAll('\\n', '\n');
  try {
    if (text.includes('PRIVATE KEY')) throw new TypeError('A private key');
    return createPublicKey(text).export({ format: 'jwk' });
  } catch {
    throw new AuthConfigurationError(
      option,
      'is no public key in PEM',
      'Give a text that begins with -----BEGIN PUBLIC KEY----- (or RSA PUBLIC KEY, or CERTIFICATE).',
    );
  }
}

function staticKeys(option: string, jwks: JSONWebKeySet): KeySource {
  assertObject(option, jwks);
  const keys: unknown = jwks.keys;
  const given: readonly unknown[] = Array.isArray(keys) ? keys : [];
  const isPublic = !given.some(isPrivate);
  const usable = isPublic ? new LocalKeySet(given).size : 0;
  if (usable > 0 && usable === given.length) return { kind: 'static', jwks };
  throw new AuthConfigurationError(
    option,
    isPublic ? 'has no key, or one that verifies no signature' : 'has a key that is not public',
    'Give public signing keys only; a shared secret belongs into secret, a private key to the issuer.',
  );
}

function isPrivate(key: unknown): boolean {
  return typeof key !== 'object' || key === null || 'd' in key || 'k' in key;
}
