import type { Concealed } from '../core/concealed.js';
import type { Fetch } from '../endpoint/fetch.js';

/** On whose behalf a service is called: our own, that of whoever called us, or both. */
export type CallAs = 'service' | 'user' | 'on-behalf-of';

/** A token to call with, and what to do when it is not accepted. */
export interface CallToken {
  readonly token: Concealed<string>;
  /** @returns Whether another one is worth trying, once. */
  readonly reject: () => boolean;
}

/** What is sent, beside what `fetch` takes. */
export interface OutgoingCall extends RequestInit {
  readonly as: CallAs;
}

/** RFC 6750 section 3.1. */
const INVALID_TOKEN = /\bBearer\b.*\berror="?invalid_token"?/i;

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
}

/**
 * Sends a request with a token, and once more with another one where the first was not accepted: never
 * again, and never what cannot be sent twice.
 */
export async function sendOnceMore<Answer>(
  { send, isRefused, isRepeatable, discard }: Sending<Answer>,
  tokenOf: TokenSource,
): Promise<Answer> {
  const first = await tokenOf();
  const answer = await send(first);
  if (!isRefused(answer) || !isRepeatable || !first.reject()) return answer;
  const second = await tokenOf();
  if (second.token === first.token) return answer;
  await discard(answer);
  return send(second);
}

/** Sends a request by `fetch`. */
export function sendWithToken(
  address: URL,
  { headers, ...init }: RequestInit,
  { tokenOf, requestId, fetch }: CallParts,
): Promise<Response> {
  const send = ({ token }: CallToken): Promise<Response> => {
    const sent = new Headers(headers);
    sent.set('authorization', bearer(token));
    if (requestId !== undefined) sent.set('x-request-id', requestId);
    return fetch(address, { redirect: 'manual', ...init, headers: sent });
  };
  const sending: Sending<Response> = {
    send,
    isRefused: (answer) => saysInvalidToken(answer.status, answer.headers.get('www-authenticate')),
    isRepeatable: !isStream(init.body),
    discard: ({ body }) => body?.cancel(),
  };
  return sendOnceMore(sending, tokenOf);
}

/** The value of `Authorization` (RFC 6750 section 2.1). */
export function bearer(token: Concealed<string>): string {
  return `Bearer ${token.reveal()}`;
}

/** @param challenge The header `WWW-Authenticate`, where there is one. */
export function saysInvalidToken(status: unknown, challenge: unknown): boolean {
  return status === 401 && typeof challenge === 'string' && INVALID_TOKEN.test(challenge);
}

/** Whether it is read while it is sent, and is gone then. */
export function isStream(body: unknown): boolean {
  return (
    typeof body === 'object' &&
    body !== null &&
    (body instanceof ReadableStream || Symbol.asyncIterator in body || 'pipe' in body)
  );
}
