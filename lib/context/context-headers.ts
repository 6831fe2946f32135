import { ownProperty } from '../core/own-property.js';
import type { AnonymousPrincipal, AuthenticatedPrincipal, Principal } from '../core/principal.js';

/** What context headers tell beside what they always do. */
export interface ContextHeaderOptions {
  /**
   * `User-Email`: the address of the caller's mail, unless claim `email_verified` is there and not true.
   *
   * @default false
   */
  readonly email?: boolean;
  /**
   * `Token-Expires-In` in seconds, `Token-Refresh-Required: true` where that is less than 300, and
   * `Token-Expired: true` where nothing is left.
   *
   * @default false
   */
  readonly expiry?: boolean;
}

/** What context headers are made of. */
export interface ContextFacts {
  /** `undefined` where no credential was looked at. */
  readonly principal: Principal | undefined;
  readonly requestId: string;
  /** When the request arrived, in milliseconds since the epoch. */
  readonly beganAt: number;
  readonly clientIp: string | undefined;
  readonly userAgent: string | undefined;
  /** What the handler and its class add. */
  readonly constants: Readonly<Record<string, string>>;
  /** In milliseconds since the epoch. */
  readonly now: number;
}

/** Every name that says something of the caller. `User-Agent`, which clients do send, is none of them. */
export const CONTEXT_HEADERS: readonly string[] = [
  ...['User-ID', 'User-Email', 'User-Role', 'Organization-ID', 'Auth-Status', 'Auth-Error'],
  ...['Token-Type', 'Token-Expires', 'Token-Expires-In', 'Token-Refresh-Required'],
  ...['Token-Expired', 'Permissions', 'Request-ID', 'Request-Timestamp', 'Client-IP'],
  ...['Acting-User-ID', 'Impersonation-Reason'],
];

/** A token that lives for less is better renewed, in seconds. */
const REFRESH_BELOW_SECONDS = 300;

/** So much of a browser's name is told. */
const MAX_USER_AGENT = 100;

/** What an issuer says of an address that it vouches for, in whatever spelling; most say nothing. */
const VERIFIED: ReadonlySet<unknown> = new Set([undefined, true, 'true']);

/** So long may a value be: servers take 8 KiB of headers altogether. */
export const MAX_LENGTH = 1024;
export const MAX_LIST_LENGTH = 4096;

type Values = Readonly<Record<string, string | undefined>>;

/** Who is calling, in headers of fixed names, for a service that trusts this one. */
export function contextHeadersOf(
  facts: ContextFacts,
  options: ContextHeaderOptions,
): Readonly<Record<string, string>> {
  const { principal, beganAt, clientIp, userAgent } = facts;
  const values: Values = {
    ...facts.constants,
    ...(principal && principal.kind !== 'anonymous' ? known(principal) : unknown(principal)),
    ...(options.email === true && { 'User-Email': principal && emailOf(principal) }),
    ...(options.expiry === true && principal && expiryOf(principal, facts.now)),
    'Request-ID': facts.requestId,
    'Request-Timestamp': new Date(beganAt).toISOString(),
    'Client-IP': text(clientIp),
    'User-Agent': text(userAgent, MAX_USER_AGENT),
  };
  const there = Object.entries(values).filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(there) as Record<string, string>;
}

function known(principal: AuthenticatedPrincipal): Values {
  const { subject, organizationId, roles, permissions, expiresAt, actor } = principal;
  return {
    'User-ID': identity(subject),
    'User-Role': list(roles),
    'Organization-ID': identity(organizationId),
    'Auth-Status': 'authenticated',
    'Token-Type': text(tokenTypeOf(principal)),
    'Token-Expires': Number.isFinite(expiresAt) ? String(Math.floor(expiresAt)) : undefined,
    Permissions: list(permissions),
    'Acting-User-ID': identity(actor?.subject),
    'Impersonation-Reason': text(actor?.reason),
  };
}

function unknown(principal: AnonymousPrincipal | undefined): Values {
  return {
    'User-ID': 'anonymous',
    'User-Role': 'guest',
    'Auth-Status': principal ? principal.status : 'unauthenticated',
  };
}

/** What was looked up vouches for itself, under the name of its kind; all else is a token of an issuer. */
function tokenTypeOf({ issuer, credentialKind, claims }: Principal): string | undefined {
  if (issuer === credentialKind) return credentialKind;
  const type = ownProperty(claims, 'token_type');
  return typeof type === 'string' ? type : 'access';
}

function emailOf({ claims }: Principal): string | undefined {
  const email = ownProperty(claims, 'email');
  const isTrusted = VERIFIED.has(ownProperty(claims, 'email_verified'));
  return typeof email === 'string' && isTrusted ? identity(email) : undefined;
}

function expiryOf(principal: Principal, now: number): Values {
  const isExpired = principal.kind === 'anonymous' && principal.status === 'token-expired';
  if (isExpired) return { 'Token-Expired': 'true' };
  if (!Number.isFinite(principal.expiresAt)) return {};
  const left = Math.max(0, Math.floor(principal.expiresAt - now / 1000));
  return {
    'Token-Expires-In': String(left),
    'Token-Refresh-Required': left < REFRESH_BELOW_SECONDS ? 'true' : undefined,
    'Token-Expired': left === 0 ? 'true' : undefined,
  };
}

/**
 * What somebody is told apart by: `decodeURIComponent` gives it back, so two of them never look the
 * same. One that is too long is left out, for what is left of it might be somebody else.
 */
function identity(value: string | undefined): string | undefined {
  const encoded = value?.replace(/[^\x21-\x24\x26-\x7e]/gu, percentEncoded);
  return encoded !== undefined && encoded.length <= MAX_LENGTH ? encoded : undefined;
}

/** As many names as there is room for, each of them whole. */
function list(names: Iterable<string>): string | undefined {
  let listed = '';
  for (const name of names) {
    const encoded = identity(name)?.replaceAll(',', '%2C') ?? '';
    const longer = listed === '' || encoded === '' ? listed + encoded : `${listed},${encoded}`;
    if (longer.length > MAX_LIST_LENGTH) break;
    listed = longer;
  }
  return listed;
}

/** What is for people to read: without control characters, and cut where it is too long. */
function text(value: string | undefined, length = MAX_LENGTH): string | undefined {
  const cut = value
    ?.replace(/\p{Cc}/gu, '')
    .slice(0, length)
    .trim();
  const encoded = cut?.replace(/[^\x20-\x7e]/gu, percentEncoded);
  return encoded !== undefined && encoded.length > MAX_LENGTH
    ? encoded.slice(0, MAX_LENGTH).replace(/%[\dA-F]?$/, '')
    : encoded;
}

/** A half of a surrogate pair becomes U+FFFD. */
function percentEncoded(character: string): string {
  const octets = Buffer.from(character).toString('hex').toUpperCase();
  return octets.replace(/../g, '%$&');
}
