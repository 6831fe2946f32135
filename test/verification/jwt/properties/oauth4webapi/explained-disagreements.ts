import { NOW } from '../issuers.js';
import { decoded } from '../signed-token.js';
import type { Verdict } from '../verdict.js';
import { NOW_MS, TOLERANCE_SECONDS } from './both-verifiers.js';

/** A token on which the two verifiers disagree, as JSON.parse reads it, with nothing checked. */
export interface Disagreement {
  readonly token: string;
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly ours: Verdict;
}

/** Why the two may disagree, and on which tokens. */
export interface Explanation {
  readonly why: string;
  /** Our reason for refusing, or that we accept what they refuse. */
  readonly ours: string;
  explains(disagreement: Disagreement): boolean;
}

const MAX_TOKEN_LENGTH = 8192;
const MAX_CLAIMS_DEPTH = 32;
const STRING_CLAIMS = ['sub', 'jti', 'client_id'];
const DATES = ['exp', 'nbf', 'iat'];

/** Every disagreement there may be. A row that explains none is out of date, and fails the test. */
export const EXPLANATIONS: Readonly<Record<string, Explanation>> = {
  issued_in_the_future: {
    why: 'RFC 7519 does not ask to compare iat. We do, as it tells a wrong clock or a made-up token.',
    ours: 'token_not_active',
    explains: ({ claims: { iat } }) => (iat as number) > NOW_MS / 1000 + TOLERANCE_SECONDS,
  },
  whole_seconds_exp: {
    why: 'They compare with the full second that has begun, we with the time: a fraction may have passed.',
    ours: 'token_expired',
    explains: ({ claims: { exp } }) => isWithin(exp, NOW - TOLERANCE_SECONDS),
  },
  whole_seconds_nbf: {
    why: 'As above: what begins within this second has begun for us, and not for them.',
    ours: 'accepted',
    explains: ({ claims: { nbf } }) => isWithin(nbf, NOW + TOLERANCE_SECONDS),
  },
  infinite_date: {
    why: 'JSON.parse reads 1e400 as Infinity: a token that never expires. No NumericDate is infinite.',
    ours: 'claim_type',
    explains: ({ claims }) => DATES.some((name) => Math.abs(claims[name] as number) === Infinity),
  },
  empty_name: {
    why: 'They take an empty sub, jti or client_id for a string. Nobody is called so, and everybody could be.',
    ours: 'claim_type',
    explains: ({ claims }) => STRING_CLAIMS.some((name) => claims[name] === ''),
  },
  authorized_party: {
    why: 'They do not know azp (OpenID Connect Core section 2), and leave its type alone.',
    ours: 'claim_type',
    explains: ({ claims: { azp } }) => azp !== undefined && (typeof azp !== 'string' || azp === ''),
  },
  audience_of_mixed_types: {
    why: 'They look for the expected string in whatever array. RFC 7519 section 4.1.3 has strings only.',
    ours: 'claim_type',
    explains: ({ claims: { aud } }) =>
      Array.isArray(aud) && aud.some((each) => typeof each !== 'string'),
  },
  confirmation_by_nothing: {
    why: 'An empty cnf binds to no key, and they accept it. We prove no binding, and refuse any cnf.',
    ours: 'confirmation_unsupported',
    explains: ({ claims: { cnf } }) =>
      typeof cnf === 'object' && cnf !== null && Object.keys(cnf).length === 0,
  },
  depth: {
    why: 'They have no bound. Ours keeps whoever serializes claims from overflowing the stack.',
    ours: 'claims_too_deep',
    explains: ({ claims }) => depthOf(claims) > MAX_CLAIMS_DEPTH,
  },
  length: {
    why: 'They leave the length to the HTTP server. We refuse unread what no header should hold.',
    ours: 'token_too_large',
    explains: ({ token }) => token.length > MAX_TOKEN_LENGTH,
  },
  spelling: {
    why: 'They decode with atob, which accepts padding, the other alphabet and unused bits. A token then has many spellings.',
    ours: 'token_malformed',
    explains: ({ token }) =>
      token.split('.').some((each) => decoded(each).toString('base64url') !== each),
  },
  not_utf8: {
    why: 'Their decoder replaces what is not UTF-8, and drops a byte order mark; RFC 7519 section 7.2 asks for UTF-8.',
    ours: 'claims_not_object',
    explains: ({ token }) => {
      const octets = decoded(token.split('.')[1] ?? '');
      const text = octets.toString();
      return !Buffer.from(text).equals(octets) || text.startsWith('\ufeff');
    },
  },
  algorithm: {
    why: 'They accept every signature algorithm they know unless told otherwise. Our default leaves the slow and rare ones out.',
    ours: 'alg_not_allowed',
    explains: ({ header: { alg } }) => /^[RP]S(?:384|512)$/.test(String(alg)),
  },
  key_without_a_name: {
    why: 'They look for the very kid a token names. We try a key that is configured without one, as a PEM is, whatever kid is named.',
    ours: 'accepted',
    explains: ({ header: { alg, kid } }) => String(alg).startsWith('Ed') && kid !== undefined,
  },
};

/** After the boundary that a whole second makes, and before it as time goes on. */
function isWithin(date: unknown, second: number): boolean {
  return typeof date === 'number' && date > second && date <= second + (NOW_MS / 1000 - NOW);
}

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}
