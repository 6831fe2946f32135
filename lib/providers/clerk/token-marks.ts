import type { TokenUseOptions } from '../../module/options/issuer-options.js';

/** What header `cat` calls the kinds of token that an instance signs with one key. */
const CATEGORY = {
  session: 'cl_B7d4PD111AAA',
  m2m: 'cl_B7d4PD333AAA',
  /** Some instances write this into every token: it says nothing. */
  none: 'cl_I7d4PD111III',
} as const;

/**
 * One key signs them all, so that each kind is known by what it says of itself. Tokens of a template
 * of one's own have no `sid`, and are no sessions.
 */
export const SESSION_MARKS: readonly TokenUseOptions[] = [
  { claim: 'sid', present: true },
  { claim: 'sub', startsWith: 'user_' },
  { header: 'typ', value: 'jwt', optional: true },
  { header: 'cat', value: [CATEGORY.session, CATEGORY.none], optional: true },
];

export const M2M_MARKS: readonly TokenUseOptions[] = [
  { claim: 'sub', startsWith: 'mch_' },
  { header: 'typ', value: 'jwt', optional: true },
  { header: 'cat', value: CATEGORY.m2m, optional: true },
];

export const OAUTH_MARKS: readonly TokenUseOptions[] = [
  { header: 'typ', value: 'at+jwt' },
  { claim: 'sub', startsWith: 'user_' },
  // Whatever has one is a session, whatever its header says.
  { claim: 'sid', present: false },
];
