import assert from 'node:assert/strict';

/**
 * Sees that a contender does what it is measured for: it lets in whoever may and nobody else. All are
 * held to the same checks of signature, issuer, audience, expiry and role.
 *
 * @param port Where the contender serves.
 */
export async function assertAdmission(contender, port, { issuer, algorithms }) {
  const { withoutRole = 403 } = contender;
  assert.equal(await statusOf(port), 401, 'without a token');
  for (const algorithm of algorithms) {
    const expected = {
      'a valid token': [200, await issuer.sign(algorithm)],
      'another signature': [401, await signedByAnother(issuer, algorithm)],
      'another audience': [401, await issuer.sign(algorithm, { claims: { aud: 'api://other' } })],
      'another issuer': [401, await issuer.sign(algorithm, { claims: { iss: 'http://other' } })],
      'an expired token': [401, await issuer.sign(algorithm, { claims: { exp: 1e9 } })],
      'no such role': [withoutRole, await issuer.sign(algorithm, { claims: { roles: ['guest'] } })],
    };
    for (const [what, [status, token]] of Object.entries(expected)) {
      assert.equal(await statusOf(port, token), status, `${algorithm}, ${what}`);
    }
  }
}

/** The status with which the guarded route answers. */
export async function statusOf(port, token) {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(`http://127.0.0.1:${port}/orders`, { headers });
  await response.arrayBuffer();
  return response.status;
}

/** A token that looks right, with the signature of another one. */
async function signedByAnother(issuer, algorithm) {
  const [token, other] = await Promise.all([issuer.sign(algorithm), issuer.sign(algorithm)]);
  return token.slice(0, token.lastIndexOf('.')) + other.slice(other.lastIndexOf('.'));
}
