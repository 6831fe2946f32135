/**
 * What is compared. The module that protects an application is `./<name>.mjs`, and only the process
 * that serves the contender loads it: otherwise each would carry the others' memory.
 */

/** The route as Nest serves it to anybody: what every share is a share of. */
export const UNGUARDED = { name: 'unguarded', title: 'unguarded Nest' };

/** The same again. How far it is from 1 is how far any figure may be off. */
export const CONTROL = { name: 'unguarded', title: 'unguarded Nest, once more (control)' };

export const PORTCULLIS = { name: 'portcullis', title: 'nestjs-portcullis' };

/**
 * Those that know who is calling, in the order of the tables. `adapters` and `algorithms` are given
 * where a contender does not serve all, with the reason; `withoutRole` is the status for a caller who
 * lacks the role, where it is not 403.
 */
export const AUTHENTICATING = [
  { name: 'cached-synchronous-guard', title: 'floor: a synchronous guard with a `Map`' },
  PORTCULLIS,
  { name: 'portcullis-uncached', title: 'nestjs-portcullis, `tokenCache: false`' },
  { name: 'documentation-guard', title: "guard of Nest's documentation, with jose" },
  { name: 'aws-jwt-verify', title: 'aws-jwt-verify in a guard' },
  {
    name: 'express-oauth2-jwt-bearer',
    title: 'express-oauth2-jwt-bearer',
    adapters: ['express'],
    why: 'It is Express middleware.',
    withoutRole: 401,
  },
  {
    name: 'passport-jwt',
    title: '@nestjs/passport, passport-jwt, jwks-rsa',
    algorithms: ['RS256', 'ES256'],
    why: 'jsonwebtoken, which verifies for it, knows no EdDSA.',
  },
];

export const ADAPTERS = ['express', 'fastify'];

export const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];

export const runsOn = ({ adapters = ADAPTERS }, adapter) => adapters.includes(adapter);

export const verifies = ({ algorithms = ALGORITHMS }, algorithm) => algorithms.includes(algorithm);
