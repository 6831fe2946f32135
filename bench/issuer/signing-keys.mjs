import { generateKeyPairSync } from 'node:crypto';

const PAIRS = {
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: () => generateKeyPairSync('ed25519'),
};

/** A pair for each algorithm, `{ alg, kid, privateKey, jwk }`. */
export function createSigningKeys() {
  return Object.entries(PAIRS).map(([alg, generate]) => {
    const { publicKey, privateKey } = generate();
    const kid = `key-${alg}`;
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' };
    return { alg, kid, privateKey, jwk };
  });
}
