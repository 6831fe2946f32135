import { AUDIENCE, NOW, SIGNERS, type Signer } from './issuers.js';
import { signedToken, type SignedToken } from './signed-token.js';

const USERS = ['ann', 'bob', 'Zoë \u{1f511}'];

/**
 * Valid tokens of every issuer, algorithm and of several users.
 *
 * Every second one names no key, which is as good where there is one only.
 */
export const ORIGINALS: readonly SignedToken[] = SIGNERS.flatMap((signer) =>
  USERS.map((user, index) => signedToken(signer, headerOf(signer, index), claimsOf(signer, user))),
);

function headerOf({ alg, kid, issuer }: Signer, index: number): SignedToken['header'] {
  const typ = issuer.profile ? 'at+jwt' : ['at+jwt', 'JWT', undefined][index];
  return { alg, typ, kid: index % 2 === 0 ? kid : undefined };
}

function claimsOf({ issuer, alg }: Signer, user: string): SignedToken['claims'] {
  return {
    iss: issuer.issuer,
    aud: [AUDIENCE],
    sub: user,
    client_id: 'shop',
    iat: NOW - 60,
    nbf: NOW - 60,
    exp: NOW + 300,
    jti: `${issuer.issuer} ${alg} ${user}`,
    scope: 'orders:read orders:write',
    roles: ['reader', 'writer'],
    org: { id: 7, path: '/a/b', tags: [null, true, 1.5] },
  };
}
