import { AuthUnavailable } from '../core/auth-error.js';
import type { Credential } from '../core/credential.js';
import { ownMembers } from '../core/own-property.js';
import type { VerifiedCredential } from '../core/verified-credential.js';
import { freezeClaims } from './freeze-claims.js';

/** Whom a credential of the application's own stands for: what a look-up of the application's answers. */
export interface Identity {
  /** Who is calling. */
  readonly subject: string;
  /**
   * Whether that is a person or a program acting for itself.
   *
   * @default 'user'; of an API key always `apiKey`
   */
  readonly kind?: 'user' | 'service' | undefined;
  readonly organizationId?: string | null | undefined;
  readonly roles?: readonly string[] | null | undefined;
  readonly permissions?: readonly string[] | null | undefined;
  readonly scopes?: readonly string[] | null | undefined;
  /**
   * When the credential ceases to hold: a date, or seconds since the epoch. What is neither refuses.
   *
   * @default never
   */
  readonly expiresAt?: Date | number | null | undefined;
  /**
   * What else is to be known of the caller, under `principal.claims`.
   *
   * @default none
   */
  readonly claims?: Readonly<Record<string, unknown>> | null | undefined;
}

/** What is known of a credential beside the identity it stands for. */
export interface IdentityFacts {
  readonly credential: Credential;
  readonly kind: string;
  readonly standsFor: VerifiedCredential['standsFor'];
  /** What answered, for the log. */
  readonly asked: string;
}

/** The claims that an identity is written into, and read from by the principal. */
export const IDENTITY_CLAIMS = {
  roles: 'roles',
  permissions: 'permissions',
  scopes: 'scope',
  organizationId: 'org_id',
} as const;

const KINDS = new Set<unknown>([undefined, 'user', 'service']);

/**
 * What an identity says, in the form of a verified credential.
 *
 * @throws {AuthUnavailable} When it is none: whoever looked it up is at fault, and not the caller.
 */
export function verifiedIdentity(
  identity: Identity,
  { credential, kind, standsFor, asked }: IdentityFacts,
): VerifiedCredential {
  const own = ownMembers(identity);
  const { subject, roles, permissions, scopes, organizationId, claims } = own;
  const problem = problemOf(own);
  if (problem !== undefined) throw noIdentity(asked, problem);
  return {
    credential,
    kind,
    standsFor: standsFor ?? own.kind ?? 'user',
    issuer: kind,
    expiresAt: expiryOf(own),
    claims: freezeClaims({
      ...plain(claims ?? {}, asked),
      sub: subject,
      [IDENTITY_CLAIMS.roles]: listOf(roles),
      [IDENTITY_CLAIMS.permissions]: listOf(permissions),
      [IDENTITY_CLAIMS.scopes]: listOf(scopes),
      [IDENTITY_CLAIMS.organizationId]: organizationId ?? undefined,
    }),
  };
}

function problemOf({ subject, kind, organizationId }: Identity): string | undefined {
  if (typeof subject !== 'string' || subject === '') return 'has no subject';
  if (!KINDS.has(kind)) return 'has a kind that is none';
  if (!isTextOrNothing(organizationId)) return 'has an organization that is no text';
  return undefined;
}

/** The year 5138: later than that are milliseconds, taken for seconds by mistake. */
export const MAX_SECONDS = 1e11;

function isTextOrNothing(value: unknown): boolean {
  return value === undefined || value === null || typeof value === 'string';
}

/** In seconds since the epoch: `NaN`, which is later than nothing, where it cannot be told. */
export function expiryOf({ expiresAt }: Pick<Identity, 'expiresAt'>): number {
  if (expiresAt === undefined || expiresAt === null) return Infinity;
  const given: unknown = expiresAt instanceof Date ? expiresAt.getTime() / 1000 : expiresAt;
  return typeof given === 'number' && given < MAX_SECONDS ? given : Number.NaN;
}

/** Why a credential is over that nobody meant to be: for the log, and `undefined` where its time has come. */
export function expiryProblem({
  expiresAt,
}: Pick<VerifiedCredential, 'expiresAt'>): string | undefined {
  return Number.isNaN(expiresAt) ? 'expiresAt is no time in seconds' : undefined;
}

/** A copy: what was looked up may be the application's own record. */
function listOf(names: readonly string[] | null | undefined): string[] | undefined {
  return Array.isArray(names) ? [...(names as string[])] : undefined;
}

/** Claims are JSON, whatever they were made of. */
function plain(
  claims: Readonly<Record<string, unknown>>,
  asked: string,
): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(JSON.stringify(claims)) as Record<string, unknown>;
  } catch {
    throw noIdentity(asked, 'has claims that are no JSON');
  }
}

function noIdentity(asked: string, problem: string): AuthUnavailable {
  const detail = `what ${asked} answered ${problem}`;
  return new AuthUnavailable('lookup_failed', { detail, retryAfterSeconds: 1 });
}
