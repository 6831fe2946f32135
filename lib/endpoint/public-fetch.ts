import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { Readable } from 'node:stream';
import type { Fetch } from './fetch.js';
import { IssuerEndpointError } from './issuer-endpoint-error.js';
import { namesOfServers, namesOfSystem, type Names } from './names.js';
import { isPublicAddress } from './public-address.js';

/** The statuses of answers that have no body (Fetch standard, null body status). */
const BODILESS = new Set([204, 205, 304]);

/** This very machine, whoever is asked (RFC 6761 section 6.3). */
const LOCALHOST = /^(?:.*\.)?localhost\.?$/;

/** Where names are looked up. */
export interface NamesBySide {
  /** Those of hosts that may be at any address. */
  readonly internal: Names;
  readonly external: Names;
}

const NAMES: NamesBySide = { internal: namesOfSystem, external: namesOfServers };

/**
 * Fetches from hosts on the Internet, and from those that may be elsewhere.
 *
 * The address is checked that the connection is made to: a name may lead to one address when it is
 * looked at, and to another one a moment later (RFC 8725 section 3.10). Every request has a connection
 * of its own, for one that is kept was made by somebody else. No redirect is followed.
 *
 * @param internalHosts Hosts that may be at any address, with the port where it is to be that one.
 */
export function publicFetch(internalHosts: ReadonlySet<string>, names = NAMES): Fetch {
  return async (address, init) => {
    if (isAmong(internalHosts, address)) return exchange(address, init, looking(names.internal));
    const literal = address.hostname.replace(/^\[(.*)\]$/, '$1');
    const isPrivate = isIP(literal) === 0 ? LOCALHOST.test(literal) : !isPublicAddress(literal);
    if (isPrivate) throw privateAddress(address);
    return exchange(address, init, looking(publicOnly(address, names.external)));
  };
}

function isAmong(hosts: ReadonlySet<string>, { protocol, hostname, port }: URL): boolean {
  const usual = protocol === 'https:' ? '443' : '80';
  return hosts.has(hostname) || hosts.has(`${hostname}:${port === '' ? usual : port}`);
}

/** One private address among several is enough: who names it does not mean well, or errs. */
function publicOnly(address: URL, names: Names): Names {
  return async (hostname) => {
    const found = await names(hostname);
    if (found.every((each) => isPublicAddress(each.address))) return found;
    throw privateAddress(address);
  };
}

/** What is found is what is connected to: nobody looks again. */
function looking(names: Names): LookupFunction {
  return (hostname, { all }, answer) => {
    names(hostname).then(
      (found) => {
        const [first] = found;
        if (!first) answer(new Error('The name has no address'), []);
        else if (all) answer(null, [...found]);
        else answer(null, first.address, first.family);
      },
      (failure: unknown) => {
        answer(failure as Error, []);
      },
    );
  };
}

function privateAddress(address: URL): IssuerEndpointError {
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
    const fail = (failure?: Error): void => {
      reject(signal?.aborted ? (signal.reason as Error) : failureOf(failure));
    };
    signal?.addEventListener('abort', () => {
      (incoming ?? request).destroy(signal.reason as Error);
    });
    request.on('error', fail);
    // Where nothing came that is an answer, such as with another protocol (101), nothing else is told.
    request.on('close', fail);
    request.on('response', (response) => {
      incoming = response;
      // Whoever reads the body is told; and where nobody does, nothing is to be done.
      response.on('error', () => undefined);
      try {
        resolve(responseFrom(response));
      } catch (failure) {
        request.destroy(failure as Error);
      }
    });
    if (signal?.aborted) request.destroy(signal.reason as Error);
    else request.end();
  });
}

/** As `fetch` of the runtime fails. */
function failureOf(failure: Error | undefined): Error {
  if (failure instanceof IssuerEndpointError) return failure;
  return new TypeError('fetch failed', { cause: failure });
}

/** @throws {RangeError} When the status is none that an answer has. */
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
