import { errors, type ResourceServer } from 'oidc-provider';
import { BILLING, STOREFRONT } from '../demo-values.js';

/** A client that is an API itself: what tokens for it say in `aud`, and whom it may call. */
interface Caller {
  readonly audience: string;
  /** What it may ask for there, separated by spaces. */
  readonly mayCall: ReadonlyMap<string, string>;
}

const CALLERS: ReadonlyMap<string, Caller> = new Map([
  ['storefront', { audience: STOREFRONT, mayCall: new Map([[BILLING, 'invoices:read']]) }],
]);

/** How long a token for another service lives, in seconds. */
export const CALL_SECONDS = 300;

/** @throws {InvalidTarget} When the client may not call the resource (RFC 8707 section 2). */
export function resourceServerFor(clientId: string, resource: string): ResourceServer {
  const scope = CALLERS.get(clientId)?.mayCall.get(resource);
  if (scope === undefined) throw new errors.InvalidTarget();
  return { audience: resource, scope, accessTokenFormat: 'jwt' };
}

/** The API that a client is; `undefined` where it is none. */
export function audienceOf(clientId: string): string | undefined {
  return CALLERS.get(clientId)?.audience;
}
