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

/** What every call takes. */
export interface CallParts {
  /** Gives the token to send, each time it is asked. */
  readonly tokenOf: () => Promise<CallToken>;
  /** What the request is called on whose behalf it is sent; `undefined` outside of one. */
  readonly requestId: string | undefined;
  readonly fetch: Fetch;
}

/**
 * Sends a request with a token, and once more with another one where the first was not accepted: never
 * again, and never what cannot be sent twice.
 */
export async function sendWithToken(
  address: URL,
  { headers, ...init }: RequestInit,
  { tokenOf, requestId, fetch }: CallParts,
): Promise<Response> {
  const send = ({ token }: CallToken): Promise<Response> => {
    const sent = new Headers(headers);
    sent.set('authorization', `Bearer ${token.reveal()}`);
    if (requestId !== undefined) sent.set('x-request-id', requestId);
    return fetch(address, { redirect: 'manual', ...init, headers: sent });
  };
  const first = await tokenOf();
  const response = await send(first);
  if (!isRefused(response) || isStream(init.body) || !first.reject()) return response;
  const second = await tokenOf();
  if (second.token === first.token) return response;
  await response.body?.cancel();
  return send(second);
}

function isRefused({ status, headers }: Response): boolean {
  return status === 401 && INVALID_TOKEN.test(headers.get('www-authenticate') ?? '');
}

function isStream(body: unknown): boolean {
  return (
    typeof body === 'object' &&
    body !== null &&
    (body instanceof ReadableStream || Symbol.asyncIterator in body)
  );
}
