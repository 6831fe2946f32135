import { ownProperty } from '../core/own-property.js';
import type { Principal } from '../core/principal.js';

/** A service that is believed what it says of its caller. */
export interface TrustedService {
  readonly issuer: string;
  readonly clientId: string;
  /** The claims in which the issuer names the client. */
  readonly clientClaims: readonly string[];
}

/** The tokens of `issuers`: what else says so vouches for itself. */
const TOKEN = 'jwt';

/** Whether a caller is one of the services itself, acting for nobody and for whom nobody acts. */
export function isTrusted(services: readonly TrustedService[], principal: Principal): boolean {
  const { kind, credentialKind, actor } = principal;
  const isService = kind === 'service' && credentialKind === TOKEN && actor === undefined;
  return isService && services.some((service) => isOf(service, principal));
}

/** Whichever of the claims are there must agree. */
function isOf({ issuer, clientId, clientClaims }: TrustedService, principal: Principal): boolean {
  const named = clientClaims
    .map((name) => ownProperty(principal.claims, name))
    .filter((name) => name !== undefined);
  const isClient = named.length > 0 && named.every((name) => name === clientId);
  return isClient && principal.issuer === issuer;
}
