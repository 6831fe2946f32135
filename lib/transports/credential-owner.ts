import { ownMembers, ownProperty } from '../core/own-property.js';
import type { Principal } from '../core/principal.js';
import type { LastingCall } from './lasting-calls.js';

/** Whose calls are ended: those of whom all that is given is true. */
export interface CredentialOwner {
  /** The issuer of the token; for other credentials, what their kind is called. */
  readonly issuer?: string;
  readonly subject?: string;
  /** The claim `sid` (OpenID Connect Front-Channel Logout section 3). */
  readonly sessionId?: string;
  /** The claim `jti` (RFC 7519 section 4.1.7). */
  readonly tokenId?: string;
}

const OWNER = ['issuer', 'subject', 'sessionId', 'tokenId'] as const;

/**
 * Those of several calls that are somebody's.
 *
 * @throws {TypeError} When neither a subject, a session nor a token is named, or something unknown is.
 */
export function callsOf(
  owner: CredentialOwner,
  calls: Iterable<LastingCall>,
): readonly LastingCall[] {
  assertOwner(owner);
  const wanted = Object.entries(ownMembers(owner)).filter(([, value]) => value !== undefined);
  return [...calls].filter(({ principal }) => {
    const facts = principal && factsOf(principal);
    return facts && wanted.every(([name, value]) => facts[name] === value);
  });
}

function assertOwner(owner: CredentialOwner): void {
  const names = Object.keys(owner).filter((name) => ownProperty(owner, name) !== undefined);
  const isKnown = names.every((name) => (OWNER as readonly string[]).includes(name));
  if (isKnown && names.some((name) => name !== 'issuer')) return;
  throw new TypeError(
    'AuthService.disconnect() is not told whose calls are meant. Name a subject, a sessionId or a tokenId, and maybe an issuer: { issuer, subject }.',
  );
}

function factsOf(principal: Principal): Readonly<Record<string, unknown>> | undefined {
  if (principal.kind === 'anonymous') return;
  const { issuer, subject, claims } = principal;
  return {
    ...{ issuer, subject },
    sessionId: ownProperty(claims, 'sid'),
    tokenId: ownProperty(claims, 'jti'),
  };
}
