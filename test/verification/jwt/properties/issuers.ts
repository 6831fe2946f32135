import { createSecretKey, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import type { JWK } from 'jose';
import type { IssuerOptions } from '../../../../lib/module/options/issuer-options.js';

/** The time of all these tests, in seconds since the epoch. */
export const NOW = 1_800_000_000;
export const AUDIENCE = 'api://orders';

/** Whoever can sign a token that is accepted. */
export interface Signer {
  readonly issuer: IssuerOptions & { readonly clockToleranceSeconds: number };
  readonly alg: string;
  /** `undefined` for a key without a name, whose tokens may name any or none. */
  readonly kid: string | undefined;
  /** The private key, or the secret. */
  readonly key: KeyObject;
  readonly publicKey: KeyObject | undefined;
}

interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** One pair of each kind that the default algorithms use. */
export interface KeyPairs {
  readonly rsa: KeyPair;
  readonly ec: KeyPair;
  readonly okp: KeyPair;
}

export function keyPairs(): KeyPairs {
  return {
    rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
    ec: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    okp: generateKeyPairSync('ed25519'),
  };
}

export function publicJwk(publicKey: KeyObject, more: JWK = {}): JWK {
  return { ...publicKey.export({ format: 'jwk' }), ...more };
}

/** Which of the pairs an algorithm signs with. */
const KIND_OF_KEY = {
  RS256: 'rsa',
  PS256: 'rsa',
  ES256: 'ec',
  EdDSA: 'okp',
  Ed25519: 'okp',
} as const;

export function signersOf(issuer: Signer['issuer'], pairs: KeyPairs): readonly Signer[] {
  return Object.entries(KIND_OF_KEY).map(([alg, kid]) => {
    const { publicKey, privateKey } = pairs[kid];
    return { issuer, alg, kid, key: privateKey, publicKey };
  });
}

/** An issuer with a key of each kind. The keys of all such issuers bear the same names. */
function withKeySet(issuer: string, tolerance: number, pairs: KeyPairs): readonly Signer[] {
  const kinds = ['rsa', 'ec', 'okp'] as const;
  const jwks = { keys: kinds.map((kid) => publicJwk(pairs[kid].publicKey, { kid, use: 'sig' })) };
  const options = { issuer, audience: AUDIENCE, jwks, clockToleranceSeconds: tolerance };
  return signersOf(options, pairs);
}

function withOneKey(issuer: string): Signer {
  const { publicKey, privateKey } = keyPairs().ec;
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return {
    issuer: {
      issuer,
      audience: [AUDIENCE, 'api://all'],
      publicKey: pem,
      profile: 'rfc9068',
      clockToleranceSeconds: 0,
    },
    alg: 'ES256',
    kid: undefined,
    key: privateKey,
    publicKey,
  };
}

function withSecret(issuer: string): Signer {
  const secret = randomBytes(32).toString('base64url');
  return {
    issuer: { issuer, audience: AUDIENCE, secret, clockToleranceSeconds: 5 },
    alg: 'HS256',
    kid: undefined,
    key: createSecretKey(Buffer.from(secret)),
    publicKey: undefined,
  };
}

/** They are many, so that what must not be mixed could be: keys, algorithms, secrets and names. */
export const SIGNERS: readonly Signer[] = [
  ...withKeySet('https://a.test/', 5, keyPairs()),
  ...withKeySet('https://b.test/', 300, keyPairs()),
  withOneKey('https://profile.test/'),
  withSecret('https://secret.test/'),
];

export const ISSUERS = [...new Set(SIGNERS.map(({ issuer }) => issuer))];
