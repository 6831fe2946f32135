import type { AuthoritySet } from './authority-set.js';
import type { Claims } from './claims.js';
import type { Credential } from './credential.js';
import { hiddenNotes } from './hidden-notes.js';

/** Who acts on behalf of the subject (RFC 8693 section 4.1, claim `act`). */
export interface Actor {
  readonly subject: string;
}

interface PrincipalFacts {
  /** Who is calling: claim `sub`; where there is none, claim `client_id`. */
  readonly subject: string;
  /** The organization (tenant) the caller acts in, when the credential names one. */
  readonly organizationId: string | undefined;
  readonly roles: AuthoritySet;
  readonly permissions: AuthoritySet;
  readonly scopes: AuthoritySet;
  /** Everything the credential said: deeply frozen. */
  readonly claims: Claims;
  readonly issuer: string;
  /** When the credential ceases to hold, in seconds since the epoch. */
  readonly expiresAt: number;
  readonly actor: Actor | undefined;
}

/** A person, or whatever the issuer gives an account to. */
export interface UserPrincipal extends PrincipalFacts {
  readonly kind: 'user';
}

/** A program acting for itself: a client whose subject is the client (RFC 9068 section 2.2). */
export interface ServicePrincipal extends PrincipalFacts {
  readonly kind: 'service';
}

/** Why nobody is known: what was presented, if anything was. */
export type AnonymousStatus =
  'no-token' | 'invalid-token' | 'token-expired' | 'token-not-active' | 'malformed-token';

/**
 * Nobody, let in by `@OptionalAuth()`: without an organization and without any authority. Its subject
 * is `anonymous`, which is nobody's name.
 */
export interface AnonymousPrincipal extends PrincipalFacts {
  readonly kind: 'anonymous';
  readonly status: AnonymousStatus;
}

/** Somebody whose credential was verified. */
export type AuthenticatedPrincipal = UserPrincipal | ServicePrincipal;

/** Who is calling: frozen, and safe to log or serialise, for it holds no credential. */
export type Principal = AuthenticatedPrincipal | AnonymousPrincipal;

const credentials = hiddenNotes<Credential>();

/** Remembers, hidden from whoever looks at the principal, which credential established it. To be done before it is frozen. */
export function rememberCredential(principal: Principal, credential: Credential): void {
  credentials.set(principal, credential);
}

/** The credential that established the principal; `undefined` when there was none. */
export function credentialOf(principal: Principal): Credential | undefined {
  return credentials.get(principal);
}
