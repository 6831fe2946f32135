import { TestIssuer } from '../../../lib/testing/index.js';
import type { AuthEvent } from '../../../lib/index.js';
import { ADAPTERS, start, type RunningApplication } from './application.js';
import { OrdersApi } from './orders-api.js';
import { rawExchange, rawRequest } from './raw-request.js';

const base64url = (text: string): string => Buffer.from(text).toString('base64url');

describe.each(ADAPTERS)('bad input on %s', (adapter) => {
  let issuer: TestIssuer;
  let api: RunningApplication;
  let reasons: string[] = [];

  const onEvent = (event: AuthEvent): void => {
    if ('reason' in event) reasons.push(event.reason);
  };

  beforeAll(async () => {
    issuer = await TestIssuer.start();
    api = await start(adapter, {
      controllers: [OrdersApi],
      auth: { issuers: [issuer.options()], cookie: { name: 'session' }, onEvent },
    });
  });

  beforeEach(() => {
    reasons = [];
  });

  afterAll(async () => {
    await api.close();
    await issuer.close();
  });

  const send = (...headers: string[]): ReturnType<typeof rawRequest> =>
    rawRequest(api.port, ['GET /profile HTTP/1.1', ...headers]);

  it.each([
    ['garbage', 'Authorization: Bearer garbage', 401, 'token_malformed'],
    ['two dots', 'Authorization: Bearer ..', 401, 'token_malformed'],
    ['three dots', 'Authorization: Bearer ...', 401, 'token_malformed'],
    ['a NUL', 'Authorization: Bearer a\u0000b', 400, undefined],
    ['octets above ASCII', 'Authorization: Bearer \u00e4.\u00f6.\u00fc', 401, 'token_malformed'],
    ['octets above ASCII before', 'Authorization: \u00e4\u00f6', 401, 'unsupported_scheme'],
    ['the scheme alone', 'Authorization: Bearer', 400, 'malformed_authorization'],
    ['the scheme and spaces', 'Authorization: Bearer   ', 400, 'malformed_authorization'],
    ['a tab', 'Authorization: Bearer\ta.b.c', 400, 'malformed_authorization'],
    ['two tokens', 'Authorization: Bearer a.b.c d.e.f', 400, 'malformed_authorization'],
    ['a list', 'Authorization: Bearer a.b.c, Bearer d.e.f', 400, 'malformed_authorization'],
    ['a parameter', 'Authorization: Bearer token="a.b.c"', 400, 'malformed_authorization'],
    ['an empty value', 'Authorization:', 401, 'missing_credentials'],
    ['another scheme', 'Authorization: Basic YTpi', 401, 'unsupported_scheme'],
    ['a scheme that begins alike', 'Authorization: BearerX a.b.c', 401, 'unsupported_scheme'],
    ['no scheme', 'Authorization: a.b.c', 401, 'unsupported_scheme'],
    ['a broken cookie', 'Cookie: session=%%%', 401, 'token_malformed'],
    ['an empty cookie', 'Cookie: session=', 401, 'missing_credentials'],
    ['another cookie', 'Cookie: sessionx=a.b.c; =; ;;', 401, 'missing_credentials'],
    ['a cookie twice', 'Cookie: session=a; session=b', 400, 'multiple_credentials'],
  ])('answers %s', async (_, header, status, reason) => {
    const answer = await send(header);
    expect([answer.status, reasons[0]]).toEqual([status, reason]);
  });

  it('answers two Authorization headers with 400, even when the second is good', async () => {
    const token = await issuer.token();
    const headers = ['Authorization: Bearer x', `Authorization: Bearer ${token}`];
    for (const order of [headers, headers.toReversed()]) {
      const answer = await send(...order);
      expect(answer.status).toBe(400);
      expect(answer.text).toMatch(/www-authenticate: Bearer realm="api", error="invalid_request"/i);
    }
    expect(reasons).toEqual(['multiple_credentials', 'multiple_credentials']);
  });

  it('does not fall through from a bad header to a good cookie', async () => {
    const cookie = `Cookie: session=${await issuer.token()}`;
    expect(await send(cookie)).toMatchObject({ status: 200 });
    expect(await send(cookie, 'Authorization: Bearer')).toMatchObject({ status: 400 });
    expect(await send(cookie, 'Authorization: Bearer x.y.z')).toMatchObject({ status: 401 });
    expect(await send(cookie, 'Authorization: Basic YTpi')).toMatchObject({ status: 200 });
  });

  it.each([
    ['a lower-case scheme', 'Authorization: bearer TOKEN'],
    ['an upper-case scheme', 'Authorization: BEARER TOKEN'],
    ['two spaces', 'Authorization: Bearer  TOKEN'],
    ['spaces around', 'Authorization:   Bearer TOKEN   '],
    ['a quoted cookie among others', 'Cookie: a=b; session="TOKEN"; c=d'],
  ])('accepts %s', async (_, header) => {
    const answer = await send(header.replace('TOKEN', await issuer.token()));
    expect(answer.status).toBe(200);
  });

  it('leaves a head of 1 MB to Node, which answers 431 or hangs up', async () => {
    const { text } = await send(`Authorization: Bearer ${'a'.repeat(1024 * 1024)}`);
    expect(text).toMatch(/^(HTTP\/1\.1 431 |$)/);
    expect(reasons).toEqual([]);
    expect(await send(`Authorization: Bearer ${await issuer.token()}`)).toMatchObject({
      status: 200,
    });
  });

  it('refuses a token above 8 KiB unread', async () => {
    const token = await issuer.token({ padding: 'x'.repeat(7000) });
    expect(await send(`Authorization: Bearer ${token}`)).toMatchObject({ status: 401 });
    expect(reasons).toEqual(['token_too_large']);
  });

  it.each([
    ['an unknown key', { kid: 'unknown' }, 'no_matching_key'],
    ['a key named like a prototype member', { kid: 'constructor' }, 'no_matching_key'],
    ['a key that is an object', { kid: {} }, 'no_matching_key'],
    ['a key of 300 characters', { kid: 'k'.repeat(300) }, 'no_matching_key'],
    ['a critical extension', { crit: ['exp'] }, 'crit_not_supported'],
  ])('answers %s', async (_, header, reason) => {
    const [, payload, signature] = (await issuer.token()).split('.');
    const forged = base64url(JSON.stringify({ alg: 'RS256', typ: 'JWT', ...header }));
    const answer = await send(
      `Authorization: Bearer ${forged}.${payload ?? ''}.${signature ?? ''}`,
    );
    expect([answer.status, reasons[0]]).toEqual([401, reason]);
  });

  it.each(['none', 'None', 'HS256', 'rs256', 'RS1', null, 1, ['RS256'], {}])(
    'answers alg %j',
    async (alg) => {
      const [, payload, signature] = (await issuer.token()).split('.');
      const forged = `${base64url(JSON.stringify({ alg }))}.${payload ?? ''}.${signature ?? ''}`;
      expect(await send(`Authorization: Bearer ${forged}`)).toMatchObject({ status: 401 });
      expect(reasons).toEqual(['alg_not_allowed']);
    },
  );

  it.each(['null', '[]', '"x"', '1', '{', '\ufeff{}'])('answers the claims %j', async (claims) => {
    const [header, , signature] = (await issuer.token()).split('.');
    const token = `${header ?? ''}.${base64url(claims)}.${signature ?? ''}`;
    expect(await send(`Authorization: Bearer ${token}`)).toMatchObject({ status: 401 });
    expect(reasons).toEqual(['claims_not_object']);
  });

  it('answers deep nesting, signed and in the header', async () => {
    const deep = JSON.parse('{"a":'.repeat(600) + '1' + '}'.repeat(600)) as object;
    expect(await send(`Authorization: Bearer ${await issuer.token({ deep })}`)).toMatchObject({
      status: 401,
    });
    const header = base64url(`{"alg":"RS256","x":${'['.repeat(2000)}${']'.repeat(2000)}}`);
    const [, payload, signature] = (await issuer.token()).split('.');
    const forged = `${header}.${payload ?? ''}.${signature ?? ''}`;
    expect(await send(`Authorization: Bearer ${forged}`)).toMatchObject({ status: 401 });
    expect(reasons[0]).toBe('claims_too_deep');
  });

  it('gives no authority to claims of the prototype', async () => {
    const claims = JSON.parse('{"__proto__":{"roles":["admin"],"admin":true}}') as object;
    const token = await issuer.token({ ...claims });
    const answer = await rawRequest(api.port, [
      'GET /admin HTTP/1.1',
      `Authorization: Bearer ${token}`,
    ]);
    expect([answer.status, reasons[0]]).toEqual([403, 'insufficient_role']);
    expect(Object.hasOwn(Object.prototype, 'roles')).toBe(false);
  });

  it('keeps who is calling on the request, not on the connection', async () => {
    const token = await issuer.token();
    const request = 'GET /profile HTTP/1.1\r\nHost: localhost\r\n';
    const first = `${request}Authorization: Bearer ${token}\r\n\r\n`;
    const text = await rawExchange(api.port, `${first}${request}Connection: close\r\n\r\n`);
    expect(text.match(/HTTP\/1\.1 \d{3}/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 401']);
  });
});
