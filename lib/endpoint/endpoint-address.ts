const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * Reads an address that an issuer may be asked at: `https`, or `http` to this very machine, and no
 * user name or password in it (RFC 8725 section 3.10).
 *
 * @returns `undefined` when the text is no such address.
 */
export function parseTrustworthyAddress(text: string): URL | undefined {
  if (!URL.canParse(text)) return;
  const address = new URL(text);
  if (address.username !== '' || address.password !== '') return;
  const isOurs = address.protocol === 'http:' && LOOPBACK.test(address.hostname);
  return isOurs || address.protocol === 'https:' ? address : undefined;
}
