import * as oauth from 'oauth4webapi';
import { AUDIENCE, keyPairs, NOW, publicJwk, signersOf, type Signer } from '../issuers.js';
import { subjects } from '../subject.js';
import { verdictOn, type Verdict } from '../verdict.js';

/** Half a second past a full one: who counts in whole seconds is found out. */
export const NOW_MS = NOW * 1000 + 500;
export const TOLERANCE_SECONDS = 5;
export const ISSUER = 'https://login.test/';

const pairs = keyPairs();
/** Two keys of the same kind: a token has to name one of them. */
const second = keyPairs().ec;
const jwks = {
  keys: [
    publicJwk(pairs.rsa.publicKey, { kid: 'rsa' }),
    publicJwk(pairs.ec.publicKey, { kid: 'ec' }),
    publicJwk(second.publicKey, { kid: 'second' }),
    // Published without a name, as many issuers with a single key do.
    publicJwk(pairs.okp.publicKey),
  ],
};

const issuer = {
  issuer: ISSUER,
  audience: AUDIENCE,
  jwks,
  profile: 'rfc9068' as const,
  clockToleranceSeconds: TOLERANCE_SECONDS,
};

/** Whose tokens both verifiers are asked about. */
export const KNOWN_SIGNERS: readonly Signer[] = signersOf(issuer, pairs).map((signer) =>
  signer.kid === 'okp' ? { ...signer, kid: undefined } : signer,
);
/** Who is known to neither of them. */
export const STRANGERS = signersOf(issuer, keyPairs());

const { forgetful, remembering } = subjects([issuer], NOW_MS);

/** What our verifier says, with and without its memory, which must make no difference. */
export async function ourVerdict(token: string): Promise<Verdict> {
  const verdict = await verdictOn(forgetful, token);
  const remembered = await verdictOn(remembering, token);
  const again = await verdictOn(remembering, token);
  const spelt = [verdict, remembered, again].map((each) =>
    each.kind === 'refused' ? each.reason : JSON.stringify(each.verified.claims),
  );
  if (new Set(spelt).size === 1) return verdict;
  throw new Error(`The cache changed the verdict: ${spelt.join(', ')}`);
}

const server: oauth.AuthorizationServer = { issuer: ISSUER, jwks_uri: `${ISSUER}jwks` };
let fetches = 0;
const options: oauth.ValidateJWTAccessTokenOptions = {
  // The same in both, so that a disagreement about time is one about what time means.
  [oauth.clockTolerance]: TOLERANCE_SECONDS,
  [oauth.jwksCache]: {},
  [oauth.customFetch]: () => {
    fetches += 1;
    return Promise.resolve(Response.json(jwks));
  },
};

/** How often the other verifier asked for keys, which it must not have done for every token. */
export function fetchCount(): number {
  return fetches;
}

/** Whether `validateJwtAccessToken` of oauth4webapi accepts. It asks `Date.now` for the time. */
export async function theirsAccepts(token: string): Promise<boolean> {
  const headers = { authorization: `Bearer ${token}` };
  const request = new Request('https://api.test/orders', { headers });
  try {
    await oauth.validateJwtAccessToken(server, request, AUDIENCE, options);
    return true;
  } catch (failure) {
    if (isRefusal(failure)) return false;
    throw failure;
  }
}

function isRefusal(failure: unknown): boolean {
  return (
    failure instanceof oauth.OperationProcessingError ||
    failure instanceof oauth.UnsupportedOperationError ||
    // What it cannot decode.
    (failure instanceof TypeError && 'code' in failure)
  );
}
