import type { Concealed } from '../core/concealed.js';
import { unlessAborted } from '../core/unless-aborted.js';
import type { Fetch } from '../endpoint/fetch.js';

/** On whose behalf a service is called: our own, that of whoever called us, or both. */
export type CallAs = 'service' | 'user' | 'on-behalf-of';

/** A token to call with, and what to do when it is not accepted. */
export interface CallToken {
  readonly token: Concealed<string>;
  /** @returns Whether another one is worth trying, once. */
  readonly reject: () => boolean;
}

/** What is sent. */
export interface OutgoingRequest extends Omit<RequestInit, 'redirect'> {
  /**
   * What becomes of a redirect. None is followed: it would take the token along, to wherever it leads.
   *
   * @default 'manual'
   */
  readonly redirect?: 'manual' | 'error' | undefined;
}

/** What is sent, and on whose behalf. */
export interface OutgoingCall extends OutgoingRequest {
  readonly as: CallAs;
}

/** RFC 6750 section 3.1. One after the other: together they would be tried at every word of a long header. */
const BEARER = /\bBearer\b/i;
const INVALID_TOKEN = /\berror="?invalid_token"?/i;

/** Gives the token to send, each time it is asked. */
export type TokenSource = () => Promise<CallToken>;

/** What every call takes. */
export interface CallParts {
  readonly tokenOf: TokenSource;
  /** What the request is called on whose behalf it is sent; `undefined` outside of one. */
  readonly requestId: string | undefined;
  readonly fetch: Fetch;
}

/** How something is sent, by whatever means. */
export interface Sending<Answer> {
  readonly send: (token: CallToken) => Promise<Answer>;
  /** Whether the answer says that the token is not accepted. */
  readonly isRefused: (answer: Answer) => boolean;
  /** Whether what is sent can be sent twice. */
  readonly isRepeatable: boolean;
  /** Nobody reads the answer. */
  readonly discard: (answer: Answer) => unknown;
  /** Ends waiting for a token. */
  readonly signal: AbortSignal | null | undefined;
}

/**
 * Sends a request with a token, and once more with another one where the first was not accepted: never
 * again, and never what cannot be sent twice. Where no other one can be had, the first answer stands.
 */
export async function sendOnceMore<Answer>(
  { send, isRefused, isRepeatable, discard, signal }: Sending<Answer>,
  tokenOf: TokenSource,
): Promise<Answer> {
  const first = await unlessAborted(tokenOf(), signal);
  const answer = await send(first);
  if (!isRefused(answer) || !isRepeatable || !first.reject()) return answer;
  const second = await unlessAborted(
    tokenOf().catch(() => first),
    signal,
  ).catch(async (failure: unknown) => {
    await discard(answer);
    throw failure;
  });
  if (second.token === first.token) return answer;
  await discard(answer);
  return send(second);
}

/**
 * Sends a request by `fetch`.
 *
 * @throws {RangeError} When redirects are to be followed.
 */
export async function sendWithToken(
  address: URL,
  { headers, redirect, ...init }: OutgoingRequest,
  { tokenOf, requestId, fetch }: CallParts,
): Promise<Response> {
  assertStays(redirect);
  const send = ({ token }: CallToken): Promise<Response> => {
    const sent = new Headers(headers);
    sent.set('authorization', bearer(token));
    if (requestId !== undefined) sent.set('x-request-id', requestId);
    return fetch(address, { ...init, redirect: redirect ?? 'manual', headers: sent });
  };
  const sending: Sending<Response> = {
    send,
    isRefused: (answer) => saysInvalidToken(answer.status, answer.headers.get('www-authenticate')),
    isRepeatable: !isStream(init.body),
    // It may be over already, with the signal.
    discard: ({ body }) => body?.cancel().catch(() => undefined),
    signal: init.signal,
  };
  return sendOnceMore(sending, tokenOf);
}

/** Where a redirect leads, nobody has checked; the runtime sends the token along to all of the host. */
function assertStays(redirect: unknown): void {
  if (redirect === undefined || redirect === 'manual' || redirect === 'error') return;
  throw new RangeError(
    "AuthService.fetch() follows no redirect, which would take the token elsewhere. Leave `redirect` out, and fetch what the answer's header Location says if it is the service's own",
  );
}

/** The value of `Authorization` (RFC 6750 section 2.1). */
export function bearer(token: Concealed<string>): string {
  return `Bearer ${token.reveal()}`;
}

/** @param challenge The header `WWW-Authenticate`, where there is one. */
export function saysInvalidToken(status: unknown, challenge: unknown): boolean {
  if (status !== 401 || typeof challenge !== 'string') return false;
  const at = challenge.search(BEARER);
  return at >= 0 && INVALID_TOKEN.test(challenge.slice(at));
}

/** Whether it is read while it is sent, and is gone then. */
export function isStream(body: unknown): boolean {
  return (
    typeof body === 'object' &&
    body !== null &&
    (body instanceof ReadableStream || Symbol.asyncIterator in body || 'pipe' in body)
  );
}
