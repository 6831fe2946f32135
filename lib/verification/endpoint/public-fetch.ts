import { lookup as lookUp } from 'node:dns';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { Readable } from 'node:stream';
import type { Fetch } from './fetch.js';
import { IssuerEndpointError } from './issuer-endpoint-error.js';
import { isPublicAddress } from './public-address.js';

/** What a look-up of a name is, of which only addresses are wanted. */
export type LookUp = typeof lookUp;

/** The statuses of answers that have no body (Fetch standard, null body status). */
const BODILESS = new Set([101, 103, 204, 205, 304]);

/**
 * Fetches from hosts on the Internet, and from those that may be elsewhere.
 *
 * The address is checked that the connection is made to: a name may lead to one address when it is
 * looked at, and to another one a moment later (RFC 8725 section 3.10). Every request has a connection
 * of its own, for one that is kept was made by somebody else. No redirect is followed.
 *
 * @param internalHosts Hosts that may be at any address, with the port where it is to be that one.
 * @param names Where names are looked up. Default: as the system does.
 */
export function publicFetch(internalHosts: ReadonlySet<string>, names: LookUp = lookUp): Fetch {
  return async (address, init) => {
    if (isAmong(internalHosts, address)) return exchange(address, init, names);
    const literal = address.hostname.replace(/^\[(.*)\]$/, '$1');
    if (isIP(literal) !== 0 && !isPublicAddress(literal)) throw isPrivate(address);
    return exchange(address, init, publicOnly(address, names));
  };
}

function isAmong(hosts: ReadonlySet<string>, { protocol, hostname, port }: URL): boolean {
  const usual = protocol === 'https:' ? '443' : '80';
  return hosts.has(hostname) || hosts.has(`${hostname}:${port === '' ? usual : port}`);
}

/** One private address among several is enough: who names it does not mean well, or errs. */
function publicOnly(address: URL, names: LookUp): LookupFunction {
  return (hostname, options, answer) => {
    names(hostname, { ...options, all: true }, (failure, found) => {
      const [first] = failure ? [] : found;
      if (!first) answer(failure, []);
      else if (!found.every((each) => isPublicAddress(each.address))) {
        answer(isPrivate(address), []);
      } else if (options.all) answer(null, found);
      else answer(null, first.address, first.family);
    });
  };
}

function isPrivate(address: URL): IssuerEndpointError {
  return new IssuerEndpointError(
    address,
    'is at a private address: if that is meant, add its host to dynamicIssuers.internalHosts',
  );
}

function exchange(
  address: URL,
  { headers, signal }: RequestInit,
  lookup: LookupFunction,
): Promise<Response> {
  const ask = address.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const sent = { ...Object.fromEntries(new Headers(headers)), 'accept-encoding': 'identity' };
    const request = ask(address, { method: 'GET', agent: false, headers: sent, lookup });
    let incoming: IncomingMessage | undefined;
    signal?.addEventListener('abort', () => {
      (incoming ?? request).destroy(signal.reason as Error);
    });
    request.on('error', (failure) => {
      reject(signal?.aborted ? (signal.reason as Error) : failureOf(failure));
    });
    request.on('response', (response) => {
      incoming = response;
      resolve(responseFrom(response));
    });
    if (signal?.aborted) request.destroy(signal.reason as Error);
    else request.end();
  });
}

/** As `fetch` of the runtime fails. */
function failureOf(failure: Error): Error {
  if (failure instanceof IssuerEndpointError) return failure;
  return new TypeError('fetch failed', { cause: failure });
}

function responseFrom(incoming: IncomingMessage): Response {
  const { statusCode: status = 0, headersDistinct } = incoming;
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(headersDistinct)) {
    for (const value of values) headers.append(name, value);
  }
  if (!BODILESS.has(status)) {
    const body = Readable.toWeb(incoming) as ReadableStream<Uint8Array>;
    return new Response(body, { status, headers });
  }
  incoming.resume();
  return new Response(null, { status, headers });
}
