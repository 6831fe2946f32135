import type { JWK } from 'jose';

/** A signature algorithm that can be accepted (RFC 7518 section 3.1, RFC 8037 section 3.1, RFC 9864). */
export type JwtAlgorithm =
  | ('RS256' | 'RS384' | 'RS512')
  | ('PS256' | 'PS384' | 'PS512')
  | ('ES256' | 'ES384' | 'ES512')
  | ('EdDSA' | 'Ed25519')
  | ('HS256' | 'HS384' | 'HS512');

/** Verified with a key the issuer publishes. */
export const ASYMMETRIC_ALGORITHMS: readonly JwtAlgorithm[] = [
  ...(['RS256', 'RS384', 'RS512'] as const),
  ...(['PS256', 'PS384', 'PS512'] as const),
  ...(['ES256', 'ES384', 'ES512'] as const),
  ...(['EdDSA', 'Ed25519'] as const),
];

/** Verified with a secret both sides hold, and the shortest secret each allows in bytes (RFC 7518 section 3.2). */
export const MIN_SECRET_BYTES: ReadonlyMap<string, number> = new Map([
  ['HS256', 32],
  ['HS384', 48],
  ['HS512', 64],
]);

/** Accepted where nothing is configured: strong, in common use, and cheap to verify. */
export const DEFAULT_ALGORITHMS: readonly JwtAlgorithm[] = [
  'RS256',
  'PS256',
  'ES256',
  'EdDSA',
  'Ed25519',
];

/** What each curve is good for, and the type of its keys (RFC 7518 section 3.4, RFC 8037 section 3.1, RFC 9864). */
const CURVES: ReadonlyMap<
  unknown,
  { readonly kty: string; readonly algorithms: readonly string[] }
> = new Map([
  ['P-256', { kty: 'EC', algorithms: ['ES256'] }],
  ['P-384', { kty: 'EC', algorithms: ['ES384'] }],
  ['P-521', { kty: 'EC', algorithms: ['ES512'] }],
  ['Ed25519', { kty: 'OKP', algorithms: ['EdDSA', 'Ed25519'] }],
]);

/** Those of the given algorithms whose signatures a public key can verify: one at the most if it names its own. */
export function algorithmsFor({ kty, crv, alg }: JWK, among: Iterable<string>): readonly string[] {
  const named = [...among].filter((each) => alg === undefined || alg === each);
  if (kty === 'RSA') return named.filter((each) => /^[RP]S/.test(each));
  const curve = CURVES.get(crv);
  return curve?.kty === kty ? named.filter((each) => curve?.algorithms.includes(each)) : [];
}
