/** What one of the two makes of a token: whether it enters as what, or that reading it throws. */
type Outcome = 'enters' | 'refused' | 'throws';

/** Where we decide otherwise than Clerk's SDK, and why. */
export interface Difference {
  readonly sdk: Outcome;
  readonly ours: Outcome;
  readonly why: string;
}

/** By the name of the draft. Where both let it enter, they grant something else. */
export const DIFFERENCES: Readonly<Record<string, Difference>> = {
  'session, without sid': {
    sdk: 'enters',
    ours: 'refused',
    why: 'a token of a template is no session, though the same key signs it',
  },
  'session, of no user': { sdk: 'enters', ours: 'refused', why: 'sessions are of users' },
  'session, of another issuer': {
    sdk: 'enters',
    ours: 'refused',
    why: 'the issuer is derived from the publishable key, and compared',
  },
  'session, RS512': {
    sdk: 'refused',
    ours: 'enters',
    why: 'the SDK says that RS512 is accepted, and imports a PEM for RS256 only',
  },
  'session, typ in small letters': {
    sdk: 'refused',
    ours: 'enters',
    why: 'a media type is compared without regard to case (RFC 7515 section 4.1.9)',
  },
  'session, of no status': {
    sdk: 'enters',
    ours: 'refused',
    why: 'a status that is not known is not taken for a good one',
  },
  'session, with extensions': {
    sdk: 'enters',
    ours: 'refused',
    why: 'what must be understood and is not, refuses (RFC 7515 section 4.1.11)',
  },
  'session, bound to a key': {
    sdk: 'enters',
    ours: 'refused',
    why: 'nobody proves the key here (RFC 7800)',
  },
  'session, third version': {
    sdk: 'enters',
    ours: 'enters',
    why: 'of a version that is not known, nothing is read as if it were the first',
  },
  'bits, ambiguous': {
    sdk: 'enters',
    ours: 'enters',
    why: 'masks for all features, those of the user first: only what both ways of counting grant',
  },
  'bits, among what is no feature': {
    sdk: 'throws',
    ours: 'enters',
    why: 'the session is good, and has no permissions',
  },
  'oauth, with a session id': {
    sdk: 'enters',
    ours: 'refused',
    why: 'a session is none, whatever its header says',
  },
  'oauth, of no user': { sdk: 'enters', ours: 'refused', why: 'such tokens act for users' },
};
