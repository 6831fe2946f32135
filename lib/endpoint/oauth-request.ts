import {
  allowInsecureRequests,
  customFetch,
  type CustomFetchOptions,
  type HttpRequestOptions,
} from 'oauth4webapi';
import { ownMembers } from '../core/own-property.js';
import { parseTrustworthyAddress } from './endpoint-address.js';
import { endpointError } from './issuer-endpoint-error.js';

/** How oauth4webapi asks an endpoint: no redirect followed, and on plain http on this machine only. */
export function oauthRequest(
  { href }: URL,
  signal: AbortSignal,
): HttpRequestOptions<'POST', URLSearchParams> {
  return ownMembers({
    signal,
    [customFetch]: send,
    [allowInsecureRequests]: parseTrustworthyAddress(href) !== undefined,
  });
}

/** Without prototypes, nothing that pollutes `Object.prototype` becomes an option or a header. */
async function send(
  url: string,
  { headers, ...init }: CustomFetchOptions<'POST', URLSearchParams>,
): Promise<Response> {
  try {
    return await fetch(url, ownMembers({ ...init, headers: ownMembers(headers) }));
  } catch (failure) {
    throw endpointError(new URL(url), failure);
  }
}
