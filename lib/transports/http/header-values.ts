import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/**
 * Node keeps the first of several `Authorization` headers and says nothing of the others; the raw
 * headers have them all. A header that a middleware set is in the parsed headers only.
 *
 * @param name In lower case.
 */
export function headerValues(
  raw: Pick<IncomingMessage, 'headers' | 'rawHeaders'>,
  name: string,
): readonly string[] {
  const headers: IncomingHttpHeaders = raw.headers;
  if (!Object.hasOwn(headers, name)) return [];
  const parsed = headers[name] ?? [];
  const received = receivedValues(raw.rawHeaders, name);
  if (received.length > 1) return received;
  return typeof parsed === 'string' ? [parsed] : parsed;
}

/**
 * What was received under a name, and nothing that anybody wrote into the parsed headers since.
 *
 * @param name In lower case.
 */
export function receivedValues(rawHeaders: unknown, name: string): readonly string[] {
  const values: string[] = [];
  if (!Array.isArray(rawHeaders)) return values;
  const pairs: readonly string[] = rawHeaders;
  for (let index = 0; index < pairs.length; index += 2) {
    const candidate = pairs[index];
    const value = pairs[index + 1];
    if (value === undefined || candidate?.length !== name.length) continue;
    if (candidate.toLowerCase() === name) values.push(value);
  }
  return values;
}
