import { ownMembers } from '../core/own-property.js';
import { runtimeFetch, type Fetch } from './fetch.js';
import { endpointError, IssuerEndpointError } from './issuer-endpoint-error.js';
import { readJsonObject, type JsonObject } from './read-json.js';

/** How deep what an endpoint sends may be nested. */
const MAX_DEPTH = 8;

/** How an endpoint is asked. */
export interface FetchOptions {
  readonly fetch: Fetch;
  /** Ends the request, its body included. */
  readonly signal: AbortSignal;
  /** The entity tag of what is known already (RFC 9110 section 13.1.2). */
  readonly etag?: string | undefined;
}

/** What an endpoint answered. */
export interface FetchedJson {
  /** `undefined` when what is known already is still current (304). */
  readonly document: JsonObject | undefined;
  readonly etag: string | undefined;
  /** For how long it may be taken for current, in seconds, when the answer says so (RFC 9111 section 5.2.2.1). */
  readonly maxAgeSeconds: number | undefined;
}

/**
 * Fetches a JSON object: bounded in time, size and depth, no redirect followed, so that an endpoint
 * cannot send us elsewhere (RFC 8725 section 3.10).
 *
 * @throws {IssuerEndpointError}
 */
export async function fetchJson(endpoint: URL, options: FetchOptions): Promise<FetchedJson> {
  try {
    const response = await request(endpoint, options);
    const isKnown = options.etag !== undefined && response.status === 304;
    return {
      document: isKnown ? undefined : await readShallow(endpoint, response),
      etag: response.headers.get('etag') ?? undefined,
      maxAgeSeconds: maxAgeOf(response.headers.get('cache-control')),
    };
  } catch (failure) {
    throw endpointError(endpoint, failure);
  }
}

async function request(endpoint: URL, options: FetchOptions): Promise<Response> {
  const { fetch, signal, etag } = options;
  return fetch(
    endpoint,
    // Without prototypes, nothing that pollutes `Object.prototype` becomes an option or a header.
    ownMembers({
      method: 'GET',
      headers: ownMembers({
        accept: 'application/json',
        ...(etag !== undefined && { 'if-none-match': etag }),
      }),
      redirect: 'manual' as const,
      signal,
    }),
  );
}

/** What is posted to an endpoint. */
export interface PostOptions extends Pick<FetchOptions, 'signal'> {
  /** Default: that of the runtime. */
  readonly fetch?: Fetch | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
  /** Statuses whose answer is read beside that of 200. */
  readonly understood: readonly number[];
}

/** What an endpoint answered to what was posted. */
export interface PostedJson {
  readonly status: number;
  readonly document: JsonObject;
}

/**
 * Posts JSON, and reads a JSON object: bounded as {@link fetchJson} is.
 *
 * @throws {IssuerEndpointError} Also when the status is none that is understood.
 */
export async function postJson(endpoint: URL, options: PostOptions): Promise<PostedJson> {
  const { signal, headers, body, understood, fetch = runtimeFetch } = ownMembers(options);
  const json = { accept: 'application/json', 'content-type': 'application/json' };
  try {
    const response = await fetch(
      endpoint,
      ownMembers({
        method: 'POST',
        headers: ownMembers({ ...json, ...headers }),
        body: JSON.stringify(body),
        redirect: 'manual' as const,
        signal,
      }),
    );
    const document = await readShallow(endpoint, response, understood);
    return { status: response.status, document };
  } catch (failure) {
    throw endpointError(endpoint, failure);
  }
}

async function readShallow(
  endpoint: URL,
  response: Response,
  understood: readonly number[] = [],
): Promise<JsonObject> {
  const document = await readJsonObject(endpoint, response, understood);
  if (!isDeeperThan(MAX_DEPTH, document)) return document;
  throw new IssuerEndpointError(endpoint, `nests deeper than ${String(MAX_DEPTH)} levels`);
}

function isDeeperThan(depth: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((member) => isDeeperThan(depth - 1, member));
}

function maxAgeOf(cacheControl: string | null): number | undefined {
  const seconds = /(?:^|[\s,])max-age="?(\d{1,10})"?(?:[\s,]|$)/i.exec(cacheControl ?? '')?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}
