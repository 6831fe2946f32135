import { ADAPTERS } from '../application.js';
import { Reached, TesseralApi } from '../../../providers/tesseral/tesseral-api.js';
import {
  COOKIE,
  ISSUER,
  PROJECT_ID,
  PUBLISHABLE_KEY,
  TesseralServer,
} from '../../../providers/tesseral/tesseral-server.js';
import { VECTOR } from '../../../providers/tesseral/published-vector.js';

describe.each(ADAPTERS)('access tokens of Tesseral, on %s', (adapter) => {
  let server: TesseralServer;
  let api: TesseralApi;

  beforeAll(async () => {
    server = await TesseralServer.start();
    api = await TesseralApi.start(adapter, server);
  });

  afterAll(async () => {
    await api.close();
    await server.close();
  });

  it('T1: are asked for on every route that is not public', async () => {
    for (const path of ['me', 'org', 'claims', 'widgets']) {
      expect((await api.get(path)).status).toBe(401);
    }
    expect(await api.get('open')).toMatchObject({ status: 200, body: { principal: true } });
    expect((await api.get('me', await server.token())).status).toBe(200);
  });

  it('T2: are refused with 401, a challenge and JSON, before any pipe or handler', async () => {
    const expired = await server.token({ exp: Math.floor(Date.now() / 1000) - 60 });
    Reached.count = 0;
    const none = await api.get('me');
    expect([none.status, none.challenge]).toEqual([401, 'Bearer realm="api"']);
    expect(none.body).toMatchObject({ statusCode: 401, code: 'missing_credentials' });
    const late = await api.get('me', expired);
    expect(late.challenge).toContain('error="invalid_token"');
    expect(late.body).toMatchObject({ statusCode: 401, code: 'token_expired' });
    // Over which the SDKs fall.
    for (const token of ['e30.e30.e30', '!.e30.e30', `${'a'.repeat(20)}..`, 'e30K.e30K.e30K']) {
      expect((await api.get('me', token)).status).toBe(401);
    }
    expect(Reached.count).toBe(0);
  });

  it('T3: are verified with what the publishable key leads to', async () => {
    expect((await api.get('me', await server.token())).body).toMatchObject({
      kind: 'user',
      subject: 'user_ann',
      credentialKind: 'jwt',
      roles: [],
      scopes: [],
    });
    expect(new Set(server.requests)).toEqual(new Set([`GET /v1/config/${PUBLISHABLE_KEY}`]));
  });

  it.each([
    ['unknown_issuer', { iss: 'https://project-other.tesseral.app' }, {}],
    ['unknown_issuer', { iss: 'https://vault.app.example.com' }, {}],
    ['unknown_issuer', { iss: `${ISSUER}/` }, {}],
    ['missing_claim', { iss: undefined }, {}],
    ['aud_mismatch', { aud: 'https://project-other.tesseral.app' }, {}],
    ['missing_claim', { aud: undefined }, {}],
    ['token_expired', { exp: Math.floor(Date.now() / 1000) - 6 }, {}],
    ['token_not_active', { nbf: Math.floor(Date.now() / 1000) + 60 }, {}],
    ['missing_claim', { exp: undefined }, {}],
    ['typ_mismatch', {}, { typ: 'refresh+jwt' }],
    ['no_matching_key', {}, { kid: 'session_signing_key_unknown' }],
    ['missing_claim', { sub: undefined }, {}],
  ])('T3: and refused as %s with %j %j', async (reason, claims, header) => {
    const { status } = await api.get('me', await server.token(claims, header));
    expect([status, api.reason]).toEqual([401, reason]);
  });

  it('T3: and refused when made with another algorithm, or with none', async () => {
    const [, claims, signature] = (await server.token()).split('.');
    for (const alg of ['ES384', 'HS256', 'RS256', 'none']) {
      const [{ kid }] = server.published as [{ kid: string }];
      const header = Buffer.from(JSON.stringify({ alg, kid })).toString('base64url');
      expect((await api.get('me', [header, claims, signature].join('.'))).status).toBe(401);
      expect(api.reason).toBe('alg_not_allowed');
    }
  });

  it('T3: the clocks may be five seconds apart', async () => {
    const now = Math.floor(Date.now() / 1000);
    expect((await api.get('me', await server.token({ exp: now - 2 }))).status).toBe(200);
    expect((await api.get('me', await server.token({ nbf: now + 3, iat: now + 3 }))).status).toBe(
      200,
    );
  });

  it('T3: the token that Tesseral itself made is accepted while it is valid', async () => {
    const { configuration, token, notBefore, expiresAt } = VECTOR;
    const published = await TesseralServer.start();
    published.published = [...configuration.keys];
    let now = notBefore + 150;
    const then = await TesseralApi.start(adapter, published, {
      auth: { clock: () => now * 1000 },
    });
    expect((await then.get('me', token)).body).toMatchObject({
      subject: 'user_97urqoip5q7kef87wpotvzzxz',
      organizationId: 'org_7908mz2ul9usdhy0gdd3tiean',
      permissions: [],
    });
    for (const [time, reason] of [
      [notBefore - 6, 'token_not_active'],
      [expiresAt + 6, 'token_expired'],
    ] as const) {
      now = time;
      expect((await then.get('me', token)).status).toBe(401);
      expect(then.reason).toBe(reason);
    }
    await then.close();
    await published.close();
  });

  it('T4: are of their own request, and of no other', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `user_${String(index)}`);
    const answers = await Promise.all(
      names.map(async (sub) => api.get('me', await server.token({ sub }))),
    );
    expect(answers.map(({ body }) => body['subject'])).toEqual(names);
    const outside = await api.get('open/org');
    expect([outside.status, api.reason]).toEqual([401, 'missing_credentials']);
    expect((await api.get('maybe')).body).toEqual({ id: null });
  });

  it('T5: @OrgId() is claim organization.id', async () => {
    expect((await api.get('org', await server.token())).body).toEqual({ id: 'org_acme' });
  });

  it('T6: @Credentials() is the token, and shows nowhere', async () => {
    const token = await server.token();
    const { body } = await api.get('credentials', token);
    expect(body).toEqual({
      value: token,
      json: '{"credential":"[redacted]"}',
      text: '[redacted]',
    });
    expect(JSON.stringify(api.events)).not.toContain(token);
  });

  it('T7: @Claims() are all that it says', async () => {
    const { body } = await api.get('claims', await server.token());
    expect(body).toMatchObject({
      iss: ISSUER,
      aud: ISSUER,
      session: { id: 'session_1' },
      user: { id: 'user_ann', email: 'ann@app.example.com' },
      organization: { id: 'org_acme', displayName: 'Acme' },
      actions: ['acme.widgets.edit', 'acme.widgets.view'],
    });
  });

  it('T11: @Permissions compares actions exactly, and without any there are none', async () => {
    const status = async (actions?: unknown): Promise<number> => {
      const token = await server.token({ actions });
      return api.post('widgets', { authorization: `Bearer ${token}` });
    };
    expect(await status(['acme.widgets.edit'])).toBe(201);
    for (const actions of [
      undefined,
      null,
      [],
      ['acme.widgets.*'],
      ['*'],
      ['ACME.widgets.edit'],
      ['acme.widgets'],
      [['acme.widgets.edit']],
      { 'acme.widgets.edit': true },
    ]) {
      expect([await status(actions), api.reason]).toEqual([403, 'insufficient_permission']);
    }
  });

  it('T12: come by header, else in the cookie of the project', async () => {
    const [ann, bob] = [await server.token(), await server.token({ sub: 'user_bob' })];
    const subject = async (headers: Record<string, string>): Promise<unknown> =>
      (await api.get('me', undefined, headers)).body['subject'];
    expect(await subject({ cookie: `${COOKIE}=${ann}` })).toBe('user_ann');
    expect(await subject({ cookie: `${COOKIE}=${ann}`, authorization: `Bearer ${bob}` })).toBe(
      'user_bob',
    );
    // Another scheme is none of ours.
    expect(await subject({ cookie: `${COOKIE}=${ann}`, authorization: 'Basic eDp5' })).toBe(
      'user_ann',
    );
    const other = COOKIE.replace(PROJECT_ID, 'project_other');
    for (const cookie of [`${other}=${ann}`, `${COOKIE}=`, `${COOKIE.toUpperCase()}=${ann}`]) {
      expect((await api.get('me', undefined, { cookie })).status).toBe(401);
    }
    const bad = { cookie: `${COOKIE}=${ann}`, authorization: 'Bearer' };
    expect((await api.get('me', undefined, bad)).status).toBe(400);
  });

  it('T12: and change nothing from another site in a cookie', async () => {
    const trusting = await TesseralApi.start(adapter, server, {
      auth: { trustedOrigins: ['https://app.example.com'] },
    });
    const cookie = `${COOKIE}=${await server.token()}`;
    const from = (origin: string): Promise<number> => trusting.post('widgets', { cookie, origin });
    expect(await from('https://evil.example')).toBe(403);
    expect(trusting.reason).toBe('cross_site_request');
    expect(await trusting.post('widgets', { cookie })).toBe(403);
    expect(await from('https://app.example.com')).toBe(201);
    await trusting.close();
  });

  it('T12: cookie: false reads none', async () => {
    const strict = await TesseralApi.start(adapter, server, { project: { cookie: false } });
    const cookie = `${COOKIE}=${await server.token()}`;
    expect((await strict.get('me', undefined, { cookie })).status).toBe(401);
    await strict.close();
  });

  it('T14: principal.actor is who impersonates, and a policy refuses them', async () => {
    const impersonated = await server.token({ impersonator: { email: 'root@tesseral.example' } });
    expect((await api.get('me', impersonated)).body).toMatchObject({
      subject: 'user_ann',
      actor: { subject: 'root@tesseral.example' },
    });
    expect([(await api.get('password', impersonated)).status, api.reason]).toEqual([
      403,
      'policy_denied',
    ]);
    expect((await api.get('password', await server.token())).status).toBe(200);
    // It must not look as if nobody did.
    expect((await api.get('me', await server.token({ impersonator: {} }))).status).toBe(401);
  });
});
