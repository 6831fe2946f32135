import type { Case } from './catalogue.js';

/**
 * Cases that are not answered as the catalogue says: why, and what is asserted instead.
 *
 * Only two things excuse a case: the catalogue contradicts itself or a rule of the project that was
 * decided on, or the feature it is about does not exist yet.
 */
export interface Exception {
  readonly why: string;
  readonly instead: string;
}

const NO_CHALLENGE =
  'A role is not a scope: a client that is challenged with insufficient_scope asks for consent again and again, in vain (RFC 6750 section 3.1)';
const NO_QUERY =
  'A token in the query string is not looked at, and there is no option for it (RFC 9700 section 4.3.2)';
const NO_DPOP = 'There is no DPoP yet, and so no proof that could be asked for';
const NOT_BOUND = '401 confirmation_unsupported, with the challenge of a bad bearer token';

export const EXCEPTIONS = {
  'H-37': { why: NO_QUERY, instead: 'the header alone counts: 200' },
  'H-40': { why: NO_QUERY, instead: '401 missing_credentials, as without any token' },
  'H-44': {
    why: 'Whoever brings no token is told the scopes of the operation (RFC 6750 section 3)',
    instead: 'the same answer, with scope="orders:write" in the challenge',
  },
  'J-40': {
    why: 'What is cut off leaves bits that no encoder writes, and the spelling is checked before any key is looked for',
    instead: '401 token_malformed; invalid_signature where the rest is spelt canonically',
  },
  'J-43': {
    why: 'The flipped character is one of iss, and the issuer is looked up before its key',
    instead: '401 unknown_issuer; invalid_signature where it is one of another claim',
  },
  'C-89': {
    why: 'There is no step-up authentication yet',
    instead: 'no export promises it',
  },
  'C-94': {
    why: 'It has an empty payload segment, as J-09 has, which must be token_malformed; only the signatures differ',
    instead: '401 token_malformed',
  },
  'C-98': { why: NO_CHALLENGE, instead: '403 insufficient_role without a challenge' },
  'X-09': {
    why: 'There is no DPoP yet',
    instead:
      'a token that is bound to a key is refused as confirmation_unsupported, the second time as well',
  },
  'X-10': {
    why: 'The audience belongs to the issuer, not to the route',
    instead:
      'no export promises another; a token of another audience is refused beside a remembered one',
  },
  'X-11': { why: NO_CHALLENGE, instead: '403 insufficient_role without a challenge' },
  'P-05': { why: NO_CHALLENGE, instead: '403 insufficient_role without a challenge' },
  'P-07': {
    why: 'There is no DPoP yet',
    instead: 'an unbound token stays unbound: 200, and 401 once it carries cnf itself',
  },
  'R-20': {
    why: 'Scopes are compared literally, there is no matcher of resources in them, and a client that lacks one is told which (RFC 6750 section 3.1)',
    instead: 'the same answer, with the scope of the operation in the challenge',
  },
  'R-33': {
    why: 'Of a function that tells nothing of what it wraps, it cannot be told which handler it is: whoever calls it is refused',
    instead:
      '403 unknown_handler, for an admin too; insufficient_role where the agent copies metadata, as agents do today',
  },
  'A-24': {
    why: 'An address is not a scope: a client that is challenged with insufficient_scope asks for consent again and again, in vain (RFC 6750 section 3.1)',
    instead: '403 ip_not_allowed without a challenge',
  },
  'A-27': {
    why: 'There is no rate limiter yet',
    instead:
      '401 for each wrong key, nothing kept of any of them, and a valid key still enters meanwhile',
  },
  'I-20': { why: NO_DPOP, instead: NOT_BOUND },
  'I-21': { why: NO_DPOP, instead: NOT_BOUND },
  'L-05': {
    why: 'There are no client credentials yet',
    instead: 'the shared secret of an issuer is looked for in the same places',
  },
  'L-07': {
    why: 'That a token expired is said, so that clients know to renew it',
    instead: 'the bodies of all other causes are byte for byte the same',
  },
  'L-08': {
    why: 'There are no metrics yet',
    instead: 'the events that metrics are made of name fewer than 200 outcomes',
  },
  'L-10': {
    why: 'What is stored nowhere needs no Vary, and whether a 200 may be stored is for its handler to say',
    instead:
      'every refusal carries Cache-Control: no-store, and no answer to a credential is opened to shared caches',
  },
} as const satisfies Readonly<Record<string, Exception>>;

/** Whether a case is excused; what is asserted instead is beside the other tests of its group. */
export const isExcused = (id: string): id is keyof typeof EXCEPTIONS =>
  Object.hasOwn(EXCEPTIONS, id);

/** What a caller lacks that no client can ask its issuer for. */
const OUT_OF_REACH: readonly unknown[] = [
  'insufficient_role',
  'insufficient_permission',
  'org_mismatch',
  'tenant_mismatch',
  'ip_not_allowed',
];

/** A case as this project answers it; see {@link NO_CHALLENGE}. */
export const withoutVainChallenge = (expected: Case): Case =>
  OUT_OF_REACH.includes(expected.expected_error_code)
    ? { ...expected, expected_www_authenticate: null }
    : expected;
