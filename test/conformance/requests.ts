import { authorizationOf, caseOf, tokenOf, vectors } from './catalogue.js';

/** The head of a request, as octets in Latin-1. */
export function request(target: string, headers: readonly string[] = [], body = ''): string {
  return [`${target} HTTP/1.1`, 'Host: localhost', ...headers, '', body].join('\r\n');
}

/** A request with a bearer token. */
export const bearer = (token: string, target = 'GET /me'): string =>
  request(target, [`Authorization: Bearer ${token}`]);

/** Where a case says so: the route that it is sent to. */
const TARGETS: Readonly<Record<string, string>> = {
  'C-86': 'POST /orders',
  'C-87': 'POST /orders',
  'C-98': 'GET /admin',
};

const valid = (): string => tokenOf('OK-RS256');
const authorization = (value: string): string => request('GET /me', [`Authorization: ${value}`]);

/** Cases without a vector, built as `how_to_build` says. */
const BUILT: Readonly<Record<string, () => string>> = {
  'H-01': () => request('GET /me'),
  'H-02': () => request('GET /me', ['Authorization:']),
  'H-03': () => authorization('Bearer'),
  'H-04': () => authorization('Bearer    '),
  'H-09': () => authorization(`Bearer ${valid()}   `),
  'H-10': () => request('GET /me', [`Authorization:    Bearer ${valid()}`]),
  'H-17': () => request('GET /me', ['Authorization: Bearer x', `Authorization: Bearer ${valid()}`]),
  'H-18': () =>
    request('GET /me', [
      `Authorization: Bearer ${valid()}`,
      `Authorization: Bearer ${tokenOf('OK-ADMIN')}`,
    ]),
  'H-22': () => authorization('Digest username="a", realm="b", nonce="c", uri="/", response="d"'),
  'H-24': () => authorization('Bearer a\u0000b'),
  'H-26': () => authorization('Bearer a\u00e9b.c.d'),
  'H-28': () => authorization(`Bearer ${valid().replace('.', '\u00ef\u00bc\u008e')}`),
  'H-29': () => request('GET /me', ['Authorization: Bearer', ' abc']),
  'H-30': () => request('GET /me', ['Authorization : Bearer abc']),
  'H-32': () => authorization(`Bearer ${'a'.repeat(1_000_000)}`),
  'H-37': () => request(`GET /me?access_token=${valid()}`, [`Authorization: Bearer ${valid()}`]),
  'H-40': () => request('GET /me?access_token=a&access_token=b&access_token[x]=a'),
  'H-42': () =>
    request('GET /admin', [
      'X-Original-URL: /public',
      'X-Rewrite-URL: /public',
      'X-Forwarded-Uri: /public',
    ]),
  'H-43': () =>
    request('GET /me', [
      'x-middleware-subrequest: middleware:middleware:middleware:middleware:middleware',
      'x-nextjs-data: 1',
    ]),
  'H-44': () => request('POST /orders', ['X-HTTP-Method-Override: OPTIONS', 'Content-Length: 0']),
  'H-45': () => request('GET /me', [`Proxy-Authorization: Bearer ${valid()}`]),
  'H-46': () =>
    request(
      'GET /me',
      ['Transfer-Encoding: chunked', 'Trailer: Authorization', 'Content-Type: application/json'],
      `2\r\n{}\r\n0\r\nAuthorization: Bearer ${valid()}\r\n\r\n`,
    ),
  'H-47': () =>
    request('POST /orders', ['Content-Length: 6', 'Transfer-Encoding: chunked'], '0\r\n\r\nG'),
  'H-48': () =>
    request('POST /orders', ['Content-Type: application/json', 'Content-Length: 3'], '{x}'),
  'H-51': () => authorization('Bearer a\rX: 1'),
  'L-06': () => {
    const crit = ['\r\n\u0000\u00e9"'];
    return bearer(withHeader({ alg: 'RS256', kid: '"quoted", error="none', typ: 'at+jwt', crit }));
  },
};

/** What each case sends; `undefined` where it is more than one request, or none. */
export function requestOf(id: string): string | undefined {
  const { vector } = caseOf(id);
  if (vector === undefined) return BUILT[id]?.();
  return request(TARGETS[id] ?? 'GET /me', [
    `Authorization: ${authorizationOf(id)}`,
    ...(TARGETS[id]?.startsWith('POST') ? ['Content-Length: 0'] : []),
  ]);
}

/** The valid token under another header, whose signature is then worth nothing. */
export function withHeader(header: Readonly<Record<string, unknown>>): string {
  const [, payload = '', signature = ''] = valid().split('.');
  return `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${payload}.${signature}`;
}

/** The claims of a valid token of issuer A. */
export const validClaims = (): Readonly<Record<string, unknown>> => ({
  iss: vectors.issuer_a,
  aud: vectors.audience,
  sub: 'user-1',
  client_id: 'client-1',
  jti: 'jti-1',
  iat: vectors.now - 10,
  exp: vectors.now + 300,
  scope: 'orders:read',
  roles: ['user'],
});
