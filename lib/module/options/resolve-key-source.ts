import type { JWK } from 'jose';
import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import { Concealed } from '../../core/concealed.js';
import { ownMembers } from '../../core/own-property.js';
import type { KeySource, RemoteKeys } from '../../verification/jwt/jwt-issuer.js';
import { parseTrustworthyAddress } from '../../endpoint/endpoint-address.js';
import type { IssuerOptions } from './issuer-options.js';
import { assertFunction, assertObject, assertSeconds, refuseUnknown } from './option-checks.js';
import { assertPublicKeys, isPublicKnowledge, keyFromPem } from './static-keys.js';

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
  const { jwks, publicKey, secret, keySet } = options;
  if (given.some((name) => name !== 'jwksUri')) refuseBesideKeys(option, keySet);
  if (secret !== undefined) return secrets(option, secret);
  if (jwks !== undefined) return staticKeys(`${option}.jwks`, jwks);
  if (publicKey !== undefined) return publicKeys(`${option}.publicKey`, publicKey);
  const jwksUri = resolveJwksUri(option, options);
  return { kind: 'remote', jwksUri, ...resolveKeySet(`${option}.keySet`, keySet) };
}

function refuseBesideKeys(option: string, keySet: IssuerOptions['keySet']): void {
  if (keySet === undefined) return;
  const problem = 'is about keys that are fetched, and they are given';
  throw new AuthConfigurationError(`${option}.keySet`, problem, 'Leave it out.');
}

function resolveKeySet(
  option: string,
  given: IssuerOptions['keySet'] = {},
): Pick<RemoteKeys, 'freshMs' | 'fetch' | 'read'> {
  assertObject(option, given, 'Give an object: keySet: { freshSeconds: 3600 }.');
  refuseUnknown(option, given, ['freshSeconds', 'fetch', 'read']);
  const { freshSeconds, fetch, read } = ownMembers(given);
  if (freshSeconds !== undefined)
    assertSeconds(`${option}.freshSeconds`, freshSeconds, { min: 60, max: 3600 });
  if (fetch !== undefined) assertFunction(`${option}.fetch`, fetch);
  if (read !== undefined) assertFunction(`${option}.read`, read);
  return { freshMs: freshSeconds && freshSeconds * 1000, fetch, read };
}

/** Whoever is between us and an issuer on plain http is the issuer. */
function assertIssuerAddress(option: string, issuer: string, isDiscovered: boolean): void {
  const address = parseTrustworthyAddress(issuer);
  const hasQuery = address !== undefined && address.search + address.hash !== '';
  if (address && !(hasQuery && isDiscovered)) return;
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
    'is no https address without a query, so its keys cannot be discovered',
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

/** Each one is tried in turn. */
const MAX_SECRETS = 4;

function secrets(option: string, given: NonNullable<IssuerOptions['secret']>): KeySource {
  const all: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (all.length === 0 || all.length > MAX_SECRETS) {
    throw new AuthConfigurationError(
      `${option}.secret`,
      `is a list of ${String(all.length)}`,
      'Give one secret, or up to four while they rotate.',
    );
  }
  return { kind: 'secret', secrets: new Concealed(all.map((each) => octets(option, each))) };
}

function octets(option: string, secret: unknown): Uint8Array {
  assertNoKey(option, secret);
  if (typeof secret === 'string') return new TextEncoder().encode(secret);
  if (secret instanceof Uint8Array) return Uint8Array.from(secret);
  throw new AuthConfigurationError(
    `${option}.secret`,
    'is neither a string nor a Uint8Array',
    'Give the secret as a string, or as the bytes it stands for.',
  );
}

/** Whoever has the text of a public key could sign with it, if it were taken for a secret (RFC 8725 section 2.1). */
function assertNoKey(option: string, secret: unknown): void {
  if (!isPublicKnowledge(secret)) return;
  throw new AuthConfigurationError(
    `${option}.secret`,
    'is a public key or an address, and no secret',
    'Give a public key as publicKey, the address of keys as jwksUri; a secret is a long random text that only the issuer and you know.',
  );
}

function publicKeys(option: string, given: NonNullable<IssuerOptions['publicKey']>): KeySource {
  const keys: readonly (string | JWK)[] = [given as string | JWK].flat();
  const read = keys.map((key) => (typeof key === 'string' ? keyFromPem(option, key) : key));
  return staticKeys(option, { keys: read });
}

function staticKeys(option: string, jwks: unknown): KeySource {
  assertPublicKeys(option, jwks);
  return { kind: 'static', jwks };
}
