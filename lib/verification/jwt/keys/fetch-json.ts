import { IssuerEndpointError } from './issuer-endpoint-error.js';

/** How much an endpoint of the issuer may send, decompressed, in octets. */
const MAX_BODY_BYTES = 256 * 1024;

/** How deep what it sends may be nested. */
const MAX_DEPTH = 8;

/** How an endpoint is asked. */
export interface FetchOptions {
  /** Ends the request, its body included. */
  readonly signal: AbortSignal;
  /** The entity tag of what is known already (RFC 9110 section 13.1.2). */
  readonly etag?: string | undefined;
}

/** What an endpoint answered. */
export interface FetchedJson {
  /** `undefined` when what is known already is still current (304). */
  readonly document: Readonly<Record<string, unknown>> | undefined;
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
      document: isKnown ? undefined : await readObject(endpoint, response),
      etag: response.headers.get('etag') ?? undefined,
      maxAgeSeconds: maxAgeOf(response.headers.get('cache-control')),
    };
  } catch (failure) {
    if (failure instanceof IssuerEndpointError) throw failure;
    throw unreachable(endpoint, failure);
  }
}

async function request(endpoint: URL, { signal, etag }: FetchOptions): Promise<Response> {
  return fetch(
    endpoint,
    // Without prototypes, nothing that pollutes `Object.prototype` becomes an option or a header.
    bare({
      method: 'GET',
      headers: bare({
        accept: 'application/json',
        ...(etag !== undefined && { 'if-none-match': etag }),
      }),
      redirect: 'manual' as const,
      signal,
    }),
  );
}

function bare<T extends object>(members: T): T {
  return Object.assign(Object.create(null) as object, members);
}

function maxAgeOf(cacheControl: string | null): number | undefined {
  const seconds = /(?:^|[\s,])max-age="?(\d{1,10})"?(?:[\s,]|$)/i.exec(cacheControl ?? '')?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}

async function readObject(
  endpoint: URL,
  response: Response,
): Promise<Readonly<Record<string, unknown>>> {
  const { status } = response;
  if (status !== 200) {
    await response.body?.cancel();
    throw new IssuerEndpointError(endpoint, `answered with status ${String(status)}`, { status });
  }
  const value = parse(await readBounded(endpoint, response));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new IssuerEndpointError(endpoint, 'did not answer with a JSON object');
  }
  if (isDeeperThan(MAX_DEPTH, value)) {
    throw new IssuerEndpointError(endpoint, `nests deeper than ${String(MAX_DEPTH)} levels`);
  }
  return value as Record<string, unknown>;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return;
  }
}

function isDeeperThan(depth: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((member) => isDeeperThan(depth - 1, member));
}

async function readBounded(endpoint: URL, response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop early cancels the body, and with it the download.
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > MAX_BODY_BYTES) {
      throw new IssuerEndpointError(endpoint, `sent more than ${String(MAX_BODY_BYTES)} octets`);
    }
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

/** Node says why in a code of its own: `ECONNREFUSED`, `ENOTFOUND`, `CERT_HAS_EXPIRED`, … */
function unreachable(endpoint: URL, failure: unknown): IssuerEndpointError {
  const { name, cause } = failure as { name?: unknown; cause?: { code?: unknown } };
  if (name === 'TimeoutError') {
    return new IssuerEndpointError(endpoint, 'did not answer in time', { cause: failure });
  }
  if (name === 'AbortError') {
    return new IssuerEndpointError(endpoint, 'is not asked any more', { cause: failure });
  }
  const why = typeof cause?.code === 'string' ? ` (${cause.code})` : '';
  const options = { cause: failure, isTransient: true };
  return new IssuerEndpointError(endpoint, `could not be reached${why}`, options);
}
