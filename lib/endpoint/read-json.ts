import { IssuerEndpointError } from './issuer-endpoint-error.js';

/** How much an endpoint of the issuer may send, decompressed, in octets. */
const MAX_BODY_BYTES = 256 * 1024;

/** An object as it was parsed: what its members are, nobody knows yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Reads an answer that should be a JSON object with status 200, up to a size.
 *
 * @param understood Other statuses that will do.
 * @throws {IssuerEndpointError} When it is anything else.
 */
export async function readJsonObject(
  endpoint: URL,
  response: Response,
  understood: readonly number[] = [],
): Promise<JsonObject> {
  const { status } = response;
  if (status !== 200 && !understood.includes(status)) {
    await response.body?.cancel();
    throw new IssuerEndpointError(endpoint, `answered with status ${String(status)}`, { status });
  }
  return readJsonBody(endpoint, response);
}

/**
 * Reads the body of an answer that should be a JSON object, whatever its status, up to a size.
 *
 * @throws {IssuerEndpointError} When it is anything else.
 */
export async function readJsonBody(endpoint: URL, response: Response): Promise<JsonObject> {
  const value = parse(await readBounded(endpoint, response));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new IssuerEndpointError(endpoint, 'did not answer with a JSON object');
  }
  return value as JsonObject;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return;
  }
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
