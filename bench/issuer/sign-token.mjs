import { randomUUID, sign as signWithCallback } from 'node:crypto';
import { promisify } from 'node:util';

// In Node's thread pool, as tens of thousands of tokens are signed before anything is measured.
const sign = promisify(signWithCallback);

const DIGESTS = { RS256: 'sha256', ES256: 'sha256', EdDSA: null };

/** Longer than any outage that the bench plays: no token expires in it. */
const LIFETIME_SECONDS = 12 * 3600;

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** An access token like those of the wild: some 15 claims, roles and scopes among them. */
export async function signToken(key, { iss, aud }, changes = {}) {
  const issuedAt = Math.floor(Date.now() / 1000);
  const header = encode({ alg: key.alg, typ: 'at+jwt', kid: key.kid, ...changes.header });
  const claims = encode({
    iss,
    aud,
    sub: `user-${randomUUID()}`,
    client_id: 'web-shop',
    jti: randomUUID(),
    iat: issuedAt,
    nbf: issuedAt,
    exp: issuedAt + LIFETIME_SECONDS,
    scope: 'orders:read orders:write profile',
    roles: ['reader', 'editor'],
    permissions: ['orders.read', 'orders.write'],
    org_id: 'org-42',
    email: 'somebody@example.com',
    ...changes.claims,
  });
  const input = Buffer.from(`${header}.${claims}`);
  const signature = await sign(DIGESTS[key.alg], input, {
    key: changes.privateKey ?? key.privateKey,
    dsaEncoding: 'ieee-p1363',
  });
  return `${input}.${signature.toString('base64url')}`;
}
