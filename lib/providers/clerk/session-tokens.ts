import type { IssuerOptions } from '../../module/options/issuer-options.js';
import type { Claims } from '../../core/claims.js';
import { ownProperty } from '../../core/own-property.js';
import { sessionClaims } from './session-claims.js';
import { sessionCookies } from './publishable-key.js';
import type { ResolvedClerk } from './resolve-clerk.js';
import { SESSION_MARKS } from './token-marks.js';

/** What holds for every JWT of an instance, whatever it is for. */
export function ofInstance({
  issuer,
  keys,
}: ResolvedClerk): Pick<IssuerOptions, 'issuer' | 'algorithms' | 'publicKey' | 'jwksUri'> {
  return {
    issuer,
    algorithms: ['RS256', 'RS384', 'RS512'],
    ...(keys ? { publicKey: keys } : { jwksUri: `${issuer}/.well-known/jwks.json` }),
  };
}

/** The tokens of sessions, in either version. */
export function sessionTokens(clerk: ResolvedClerk, onAmbiguous: () => void): IssuerOptions {
  const { authorizedParties, allowMissingAzp, audiences, refusesPending } = clerk;
  return {
    ...ofInstance(clerk),
    audience: audiences ? (claims) => namesNoOther(claims, audiences) : null,
    clockToleranceSeconds: 5,
    clientClaims: ['azp'],
    ...(authorizedParties && { authorizedParties, authorizedPartyRequired: !allowMissingAzp }),
    tokenUse: [
      ...SESSION_MARKS,
      ...(refusesPending ? [{ claim: 'sts', value: 'active', optional: true }] : []),
    ],
    ...(clerk.readsCookie && { cookie: sessionCookies(clerk.publishableKey) }),
    claims: { ...sessionClaims(onAmbiguous), ...clerk.claims },
  };
}

/** The usual session names no audience; one that does must name this API. */
function namesNoOther(claims: Claims, accepted: readonly string[]): boolean {
  const audience = ownProperty(claims, 'aud');
  const named: readonly unknown[] = [audience].flat();
  return audience === undefined || accepted.some((each) => named.includes(each));
}
