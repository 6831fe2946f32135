import { isIP } from 'node:net';
import type { AnonymousStatus } from '../core/principal.js';
import { MAX_LENGTH, MAX_LIST_LENGTH } from './context-headers.js';
import { isSafeRequestId } from './request-scope.js';
import type { TakenHeaders } from './taken-headers.js';

/**
 * What a trusted service says of its own caller, in the headers that `AuthService.contextHeaders()` makes.
 * What it did not say, said twice or in another form is `undefined`. Texts are as they were before they
 * were encoded, and may hold anything: escape them where you log them.
 */
export interface ForwardedContext {
  /** `User-ID`; `undefined` where the service says `anonymous`. */
  readonly userId: string | undefined;
  /** `User-Email`. */
  readonly email: string | undefined;
  /** `User-Role`; empty where there is no `userId`. */
  readonly roles: readonly string[];
  /** `Permissions`; empty where there is no `userId`. */
  readonly permissions: readonly string[];
  /** `Organization-ID`. */
  readonly organizationId: string | undefined;
  /** `Auth-Status`. */
  readonly status: ForwardedStatus | undefined;
  /** `Token-Type`: what the caller presented to the service. */
  readonly tokenType: string | undefined;
  /** `Token-Expires`, in seconds since the epoch. */
  readonly expiresAt: number | undefined;
  /** `Request-ID`. */
  readonly requestId: string | undefined;
  /** `Request-Timestamp`: when the request came to the service, in ISO 8601. */
  readonly requestedAt: string | undefined;
  /** `Client-IP`. */
  readonly clientIp: string | undefined;
  /** `Acting-User-ID`: who acts as the user. */
  readonly actingUserId: string | undefined;
  /** `Impersonation-Reason`, without control characters. */
  readonly impersonationReason: string | undefined;
  /** What the service adds by `@ContextHeaders`, under the names that `context.stripHeaders` has, spelt as there. */
  readonly constants: Readonly<Record<string, string>>;
}

/** Whether the service knows its caller, and why not. */
export type ForwardedStatus = AnonymousStatus | 'authenticated' | 'unauthenticated';

const STATUSES = new Set<string>([
  'authenticated',
  'unauthenticated',
  'no-token',
  'invalid-token',
  'malformed-token',
  'token-expired',
  'token-not-active',
] satisfies readonly ForwardedStatus[]);

const NOBODY = 'anonymous';

/**
 * What the headers say that were taken off a request. Whether they are believed is another matter.
 *
 * @param constants The names of further ones.
 */
export function forwardedContextOf(
  headers: TakenHeaders,
  constants: readonly string[] = [],
): ForwardedContext {
  const read = <T>(name: string, parse: (value: string) => T | undefined): T | undefined => {
    const value = headers.only(name);
    return value === undefined ? undefined : parse(value);
  };
  const userId = read('user-id', identityIn);
  const isKnown = userId !== undefined && userId !== NOBODY;
  const namesIn = (name: string): readonly string[] =>
    (isKnown ? read(name, listIn) : undefined) ?? [];
  return Object.freeze({
    userId: isKnown ? userId : undefined,
    email: read('user-email', identityIn),
    roles: Object.freeze(namesIn('user-role')),
    permissions: Object.freeze(namesIn('permissions')),
    organizationId: read('organization-id', identityIn),
    status: read('auth-status', statusIn),
    tokenType: read('token-type', textIn),
    expiresAt: read('token-expires', secondsIn),
    requestId: read('request-id', (value) => (isSafeRequestId(value) ? value : undefined)),
    requestedAt: read('request-timestamp', momentIn),
    clientIp: read('client-ip', (value) => (isIP(value) === 0 ? undefined : value)),
    actingUserId: read('acting-user-id', identityIn),
    impersonationReason: read('impersonation-reason', textIn),
    constants: Object.freeze(constantsIn(headers, constants)),
  });
}

/** They are the program's, and not encoded. */
function constantsIn(headers: TakenHeaders, names: readonly string[]): Record<string, string> {
  const said = names.map((name) => [name, headers.only(name.toLowerCase())] as const);
  const isText = (value: string | undefined): boolean => /^[\x20-\x7e]{1,256}$/.test(value ?? '');
  return Object.fromEntries(said.filter(([, value]) => isText(value))) as Record<string, string>;
}

/** The contrary of what `contextHeaders()` makes of an identifier: visible ASCII, and the rest in escapes. */
function identityIn(value: string): string | undefined {
  return value.length <= MAX_LENGTH && /^[\x21-\x7e]+$/.test(value) ? decoded(value) : undefined;
}

/** All of the names, or none: of a list that is broken nobody knows what it said. */
function listIn(value: string): readonly string[] | undefined {
  if (value.length > MAX_LIST_LENGTH) return;
  const names = value.split(',').map(identityIn);
  return names.every((name) => name !== undefined) ? names : undefined;
}

/** A `%` of its own is left as it is in texts, so it may stand for itself. */
function textIn(value: string): string | undefined {
  if (value.length > MAX_LENGTH || !/^[\x20-\x7e]+$/.test(value)) return;
  return (decoded(value) ?? value).replace(/\p{Cc}/gu, '');
}

function decoded(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return;
  }
}

function statusIn(value: string): ForwardedStatus | undefined {
  return STATUSES.has(value) ? (value as ForwardedStatus) : undefined;
}

function secondsIn(value: string): number | undefined {
  return /^\d{1,12}$/.test(value) ? Number(value) : undefined;
}

function momentIn(value: string): string | undefined {
  const moment = new Date(value);
  return !Number.isNaN(moment.getTime()) && moment.toISOString() === value ? value : undefined;
}
