import { IssuerEndpointError } from './issuer-endpoint-error.js';

/** How long an endpoint of the issuer may take, body included, in milliseconds. */
const TIMEOUT_MS = 3000;

/** How much it may send, decompressed, in octets. */
const MAX_BODY_BYTES = 256 * 1024;

/**
 * Fetches a JSON object: bounded in time and size, no redirect followed, so that an endpoint cannot
 * send us elsewhere (RFC 8725 section 3.10).
 *
 * @throws {IssuerEndpointError}
 */
export async function fetchJson(endpoint: URL): Promise<Readonly<Record<string, unknown>>> {
  const body = await fetchBody(endpoint);
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new IssuerEndpointError(endpoint, 'did not answer with JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new IssuerEndpointError(endpoint, 'did not answer with a JSON object');
  }
  return value as Record<string, unknown>;
}

async function fetchBody(endpoint: URL): Promise<string> {
  try {
    const response = await fetch(endpoint, {
      headers: { accept: 'application/json' },
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new IssuerEndpointError(endpoint, `answered with status ${String(response.status)}`);
    }
    return await readBounded(endpoint, response);
  } catch (failure) {
    if (failure instanceof IssuerEndpointError) throw failure;
    throw new IssuerEndpointError(endpoint, unreachable(failure), { cause: failure });
  }
}

/** Node says why in a code of its own: `ECONNREFUSED`, `ENOTFOUND`, `CERT_HAS_EXPIRED`, … */
function unreachable(failure: unknown): string {
  if (failure instanceof DOMException && failure.name === 'TimeoutError') {
    return `did not answer within ${String(TIMEOUT_MS)} ms`;
  }
  const { cause } = failure as { cause?: { code?: unknown } };
  const code = cause?.code;
  return typeof code === 'string' ? `could not be reached (${code})` : 'could not be reached';
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
