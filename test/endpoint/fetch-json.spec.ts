import { gzipSync } from 'node:zlib';
import { runtimeFetch } from '../../lib/endpoint/fetch.js';
import { publicFetch } from '../../lib/endpoint/public-fetch.js';
import { fetchJson, postJson } from '../../lib/endpoint/fetch-json.js';
import { FaultyIssuer, json, type Behaviour } from '../verification/jwt/keys/faulty-issuer.js';

/** Packed beforehand: that takes long, and is no part of the time that an answer is given. */
const BOMB = gzipSync(Buffer.alloc(10_000_000, 0x20));

describe.each([
  ['the runtime', runtimeFetch],
  ['what dynamic issuers are fetched by', publicFetch(new Set(['127.0.0.1']))],
])('fetchJson by %s', (_, fetch) => {
  let server: FaultyIssuer;

  beforeEach(async () => {
    server = await FaultyIssuer.start();
  });

  afterEach(() => server.close());

  const fetched = (options = {}): ReturnType<typeof fetchJson> =>
    fetchJson(new URL(`${server.origin}/jwks?secret=x`), {
      signal: AbortSignal.timeout(500),
      fetch,
      ...options,
    });

  it.each<[string, Behaviour, string | RegExp]>([
    ['an error', json({}, 500), 'answered with status 500'],
    ['304 to a question that was not asked', json('', 304), 'answered with status 304'],
    [
      'a redirect',
      (_, response) => response.writeHead(302, { location: '/elsewhere' }).end(),
      'answered with status 302',
    ],
    [
      'a reset',
      (_, response) => response.destroy(),
      /could not be reached \((?:UND_ERR_SOCKET|ECONNRESET)\)$/,
    ],
    ['HTML', json('<html></html>'), 'did not answer with a JSON object'],
    ['truncated JSON', json('{"keys":['), 'did not answer with a JSON object'],
    ['a list', json('[]'), 'did not answer with a JSON object'],
    ['null', json('null'), 'did not answer with a JSON object'],
    ['depth', json('{"a":'.repeat(9) + '1' + '}'.repeat(9)), 'nests deeper than 8 levels'],
    [
      'more depth',
      json(`{"a":${'['.repeat(1e5)}${']'.repeat(1e5)}}`),
      'nests deeper than 8 levels',
    ],
    ['too much', json({ padding: 'x'.repeat(300_000) }), 'sent more than 262144 octets'],
    [
      'a bomb',
      (_, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' });
        response.end(BOMB);
      },
      // Either way it is not unpacked beyond that.
      /sent more than 262144 octets|did not answer with a JSON object$/,
    ],
    ['silence', () => undefined, 'did not answer in time'],
    [
      'silence in the middle',
      (_, response) => response.writeHead(200).write('{"keys":['),
      'did not answer in time',
    ],
  ])('tells of %s, without what was received', async (_, behaviour, problem) => {
    server.behaviour = behaviour;
    await expect(fetched()).rejects.toMatchObject({
      name: 'IssuerEndpointError',
      message:
        typeof problem === 'string'
          ? `${server.origin}/jwks ${problem}`
          : (expect.stringMatching(problem) as string),
    });
    expect(server.requests).toHaveLength(1);
  });

  it('gives a document as deep as may be, of whatever media type', async () => {
    server.behaviour = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/plain', 'cache-control': 'max-age=90' });
      response.end('{"a":'.repeat(8) + '1' + '}'.repeat(8));
    };
    expect(await fetched()).toMatchObject({ maxAgeSeconds: 90, etag: undefined });
  });

  it.each([
    ['public, max-age=60, must-revalidate', 60],
    ['MAX-AGE=5', 5],
    ['max-age="7"', 7],
    ['s-maxage=60', undefined],
    ['x-max-age=60', undefined],
    ['max-age=-1', undefined],
    ['max-age=1e9', undefined],
    ['no-store', undefined],
  ])('reads Cache-Control: %s', async (cacheControl, expected) => {
    server.behaviour = (_, response) => {
      response.writeHead(200, { 'cache-control': cacheControl });
      response.end('{}');
    };
    expect((await fetched()).maxAgeSeconds).toBe(expected);
  });

  it('is told by 304 that nothing changed', async () => {
    server.behaviour = (request, response) => {
      response.writeHead(request.headers['if-none-match'] === '"a"' ? 304 : 200).end('{}');
    };
    expect((await fetched({ etag: '"a"' })).document).toBeUndefined();
    expect((await fetched({ etag: '"b"' })).document).toEqual({});
  });
});

describe('postJson', () => {
  let server: FaultyIssuer;

  beforeEach(async () => {
    server = await FaultyIssuer.start();
  });

  afterEach(() => server.close());

  const posted = (options = {}): ReturnType<typeof postJson> =>
    postJson(new URL(`${server.origin}/ask?secret=x`), {
      signal: AbortSignal.timeout(500),
      headers: { authorization: 'Bearer x' },
      body: { of: 'y' },
      understood: [400],
      ...options,
    });

  it('sends JSON, and reads what is understood', async () => {
    server.behaviour = (request, response) => {
      const { method, headers } = request;
      const { authorization, accept, 'content-type': type } = headers;
      request.on('data', (body: Buffer) => {
        response.writeHead(400, { 'content-type': 'application/json' });
        response.end(
          JSON.stringify({ method, authorization, accept, type, body: body.toString() }),
        );
      });
    };
    expect(await posted()).toEqual({
      status: 400,
      document: {
        method: 'POST',
        authorization: 'Bearer x',
        accept: 'application/json',
        type: 'application/json',
        body: '{"of":"y"}',
      },
    });
  });

  it.each<[string, Behaviour, string]>([
    ['another status', json({}, 403), 'answered with status 403'],
    [
      'a redirect',
      (_, response) => response.writeHead(307, { location: '/elsewhere' }).end(),
      'answered with status 307',
    ],
    ['HTML', json('<html></html>', 400), 'did not answer with a JSON object'],
    ['depth', json('{"a":'.repeat(9) + '1' + '}'.repeat(9)), 'nests deeper than 8 levels'],
    ['too much', json(`"${'x'.repeat(300_000)}"`), 'sent more than 262144 octets'],
    ['silence', () => undefined, 'did not answer in time'],
  ])('refuses %s', async (_, behaviour, problem) => {
    server.behaviour = behaviour;
    await expect(posted()).rejects.toThrow(`${server.origin}/ask ${problem}`);
    expect(server.count('/elsewhere')).toBe(0);
  });
});
