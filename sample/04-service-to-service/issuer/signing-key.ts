import { exportJWK, generateKeyPair, type CryptoKey, type JWK } from 'jose';

/** The key that the issuer signs with: a new one each time it starts. */
export interface SigningKey {
  readonly privateJwk: JWK;
  readonly publicKey: CryptoKey;
}

export async function makeSigningKey(): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = await exportJWK(privateKey);
  return { privateJwk: { ...jwk, alg: 'RS256', use: 'sig' }, publicKey };
}
