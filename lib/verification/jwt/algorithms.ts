/** Verified with a key the issuer publishes. */
export const ASYMMETRIC_ALGORITHMS: readonly string[] = [
  ...['RS256', 'RS384', 'RS512'],
  ...['PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512'],
  ...['EdDSA', 'Ed25519'],
];

/** Verified with a secret both sides hold, and the shortest secret each allows in bytes (RFC 7518 section 3.2). */
export const MIN_SECRET_BYTES: ReadonlyMap<string, number> = new Map([
  ['HS256', 32],
  ['HS384', 48],
  ['HS512', 64],
]);

/** Accepted where nothing is configured: strong, in common use, and cheap to verify. */
export const DEFAULT_ALGORITHMS: readonly string[] = [
  'RS256',
  'PS256',
  'ES256',
  'EdDSA',
  'Ed25519',
];
