import type { ApplicationUser } from './application-user.js';
import type { AuthoritySet } from './authority-set.js';
import type { Claims } from './claims.js';
import type { Credential } from './credential.js';
import { hiddenNotes } from './hidden-notes.js';

/** Who acts on behalf of the subject: somebody who impersonates it, or works for it (RFC 8693 section 4.1). */
export interface Actor {
  /** The name of the actor; the address of its mail where the issuer gives no other. */
  readonly subject: string;
  /** Why, where the issuer says so (member `reason` of the claim). */
  readonly reason?: string | undefined;
  /** Everything the credential says of the actor: deeply frozen. */
  readonly claims?: Claims | undefined;
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
  /** The issuer of the token; for other credentials, what their kind is called. */
  readonly issuer: string;
  /** What kind of credential was presented, as it is called in the configuration: `jwt`, `apiKey`. */
  readonly credentialKind: string | undefined;
  /** When the credential ceases to hold, in seconds since the epoch; `Infinity` where it does not. */
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

/** Whoever holds an API key: a program, acting for the subject that the key was made for. */
export interface ApiKeyPrincipal extends PrincipalFacts {
  readonly kind: 'apiKey';
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
export type AuthenticatedPrincipal = UserPrincipal | ServicePrincipal | ApiKeyPrincipal;

/** Who is calling: frozen, and safe to log or serialise, for it holds no credential. */
export type Principal = AuthenticatedPrincipal | AnonymousPrincipal;

/** Whether two are one caller, in one organization, with one actor: what it may need not be the same. */
export function isSameCaller(one: AuthenticatedPrincipal, other: AuthenticatedPrincipal): boolean {
  return (
    one.kind === other.kind &&
    one.subject === other.subject &&
    one.issuer === other.issuer &&
    one.organizationId === other.organizationId &&
    one.actor?.subject === other.actor?.subject
  );
}

const credentials = hiddenNotes<Credential>();

const providers = hiddenNotes<string>();

const users = hiddenNotes<ApplicationUser>();

/** Remembers the application's own user behind a principal. To be done before it is frozen. */
export function rememberUser(principal: Principal, user: ApplicationUser): void {
  users.set(principal, user);
}

/**
 * The application's own user behind a principal, where `principal.load` found one.
 *
 * @publicApi
 */
export function userOf(principal: Principal): ApplicationUser | undefined {
  return users.get(principal);
}

/** Remembers whose session it is, where its issuer is that of a provider with a name. To be done before it is frozen. */
export function rememberProvider(principal: Principal, provider: string): void {
  providers.set(principal, provider);
}

/** What the provider is called whose preset named the issuer of the principal. */
export function providerOf(principal: Principal): string | undefined {
  return providers.get(principal);
}

/** What was remembered of how a principal was established holds for its copy too. To be done before that is frozen. */
export function rememberOrigin(copy: Principal, original: Principal): void {
  const credential = credentialOf(original);
  if (credential) rememberCredential(copy, credential);
  const provider = providerOf(original);
  if (provider !== undefined) rememberProvider(copy, provider);
}

/** Remembers, hidden from whoever looks at the principal, which credential established it. To be done before it is frozen. */
export function rememberCredential(principal: Principal, credential: Credential): void {
  credentials.set(principal, credential);
}

/** The credential that established the principal; `undefined` when there was none. */
export function credentialOf(principal: Principal): Credential | undefined {
  return credentials.get(principal);
}
