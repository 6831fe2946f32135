import {
  allowInsecureRequests,
  customFetch,
  type CustomFetchOptions,
  type HttpRequestOptions,
} from 'oauth4webapi';
import { ownMembers } from '../core/own-property.js';
import { parseTrustworthyAddress } from './endpoint-address.js';
import type { Fetch } from './fetch.js';
import { endpointError } from './issuer-endpoint-error.js';

/** How a request is sent, and ended before its time. */
export interface OAuthRequestParts {
  readonly signal: AbortSignal;
  readonly fetch: Fetch;
}

/** How oauth4webapi asks an endpoint: no redirect followed, and on plain http on this machine only. */
export function oauthRequest(
  { href }: URL,
  { signal, fetch }: OAuthRequestParts,
): HttpRequestOptions<'POST', URLSearchParams> {
  return ownMembers({
    signal,
    [customFetch]: sendBy(fetch),
    [allowInsecureRequests]: parseTrustworthyAddress(href) !== undefined,
  });
}

type Send = (url: string, init: CustomFetchOptions<'POST', URLSearchParams>) => Promise<Response>;

/** Without prototypes, nothing that pollutes `Object.prototype` becomes an option or a header. */
function sendBy(fetch: Fetch): Send {
  return async (url, { headers, ...init }) => {
    const address = new URL(url);
    try {
      return await fetch(address, ownMembers({ ...init, headers: ownMembers(headers) }));
    } catch (failure) {
      throw endpointError(address, failure);
    }
  };
}
