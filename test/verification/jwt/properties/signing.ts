import { constants, createHmac, sign, type KeyObject } from 'node:crypto';

/** How a signature is made. Only what RFC 7518 asks for is a valid one. */
export interface SignatureScheme {
  readonly family: 'RS' | 'PS' | 'ES' | 'Ed' | 'HS';
  readonly hash: 'sha256' | 'sha384' | 'sha512';
  /** For PS. Default: as long as the hash (RFC 7518 section 3.5). */
  readonly saltLength?: number;
}

/** The scheme that the name of an algorithm stands for (RFC 7518 section 3.1, RFC 8037 section 3.1). */
export function schemeOf(alg: string): SignatureScheme {
  const family = alg.slice(0, 2) as SignatureScheme['family'];
  // Ed25519 knows its hash by itself.
  const bits = family === 'Ed' ? '256' : alg.slice(2);
  return { family, hash: `sha${bits}` as SignatureScheme['hash'] };
}

/**
 * Signs without jose, which takes part in the verification: who makes the tokens must not share its
 * mistakes.
 */
export function signatureOf(input: string, key: KeyObject, scheme: SignatureScheme): Buffer {
  const { family, hash, saltLength = Number(hash.slice(3)) / 8 } = scheme;
  const octets = Buffer.from(input);
  switch (family) {
    case 'RS':
      return sign(hash, octets, key);
    case 'PS':
      return sign(hash, octets, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });
    case 'ES':
      return sign(hash, octets, { key, dsaEncoding: 'ieee-p1363' });
    case 'Ed':
      return sign(null, octets, key);
    case 'HS':
      return createHmac(hash, key).update(octets).digest();
  }
}
