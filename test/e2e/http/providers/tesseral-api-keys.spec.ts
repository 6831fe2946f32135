import { ADAPTERS } from '../application.js';
import { TesseralApi } from '../../../providers/tesseral/tesseral-api.js';
import {
  ANSWERS,
  BACKEND_API_KEY,
  COOKIE,
  TesseralServer,
} from '../../../providers/tesseral/tesseral-server.js';

const KEY = 'acme_key_0a1b2c3d4e5f6g7h8i9j0a1b2c3d4e5f6g7h8i9j';
const KNOWN = {
  apiKeyId: 'api_key_1',
  organizationId: 'org_acme',
  actions: ['acme.widgets.view'],
};

describe.each(ADAPTERS)('API keys of Tesseral, on %s', (adapter) => {
  let server: TesseralServer;
  let api: TesseralApi | undefined;

  beforeEach(async () => {
    server = await TesseralServer.start();
    server.apiKeys.set(KEY, { status: 200, body: KNOWN });
  });

  afterEach(async () => {
    await api?.close();
    await server.close();
  });

  type Difference = NonNullable<Parameters<typeof TesseralApi.start>[2]>;
  async function serve(
    apiKeys: NonNullable<NonNullable<Difference['project']>['apiKeys']> = {},
    auth: Difference['auth'] = {},
  ): Promise<TesseralApi> {
    api = await TesseralApi.start(adapter, server, { project: { apiKeys }, auth });
    return api;
  }

  const asked = (): number => server.asked('/v1/api-keys/authenticate');

  it('T9: do not enter unless they are configured', async () => {
    api = await TesseralApi.start(adapter, server);
    const { status } = await api.get('me', KEY);
    expect([status, api.reason, asked()]).toEqual([401, 'token_malformed', 0]);
  });

  it('T9: enter where Tesseral knows them, with the organization and actions it tells', async () => {
    const api = await serve();
    expect((await api.get('me', KEY)).body).toMatchObject({
      kind: 'apiKey',
      subject: 'api_key_1',
      organizationId: 'org_acme',
      permissions: ['acme.widgets.view'],
    });
    expect(server.requests).toEqual(['POST /v1/api-keys/authenticate']);
    // Every request asks.
    await api.get('me', KEY);
    expect(asked()).toBe(2);
    // Tokens are tokens still.
    expect((await api.get('me', await server.token())).body).toMatchObject({
      credentialKind: 'jwt',
    });
  });

  it('T9: are refused with 401 when Tesseral does not know them', async () => {
    const api = await serve();
    const { status, challenge, body } = await api.get('me', 'acme_key_unknown');
    expect([status, api.reason, body['code']]).toEqual([401, 'api_key_unknown', 'invalid_api_key']);
    expect(challenge).toContain('Bearer realm="api", error="invalid_token"');
  });

  it('T9: are refused with 403 where keys are not in use', async () => {
    server.apiKeys.set(KEY, ANSWERS.disabled);
    const api = await serve();
    const { status, body } = await api.get('me', KEY);
    expect([status, api.reason, body['code']]).toEqual([403, 'api_keys_disabled', 'forbidden']);
  });

  it('T9: what looks like none is refused without asking', async () => {
    const api = await serve();
    for (const key of ['ACME_KEY', 'acme-key', 'acme.key', 'a.b.c', `acme_key_é`.normalize()]) {
      const headers = { authorization: `Bearer ${key}` };
      expect((await api.get('me', undefined, headers)).status).toBe(401);
    }
    expect((await api.get('me', 'a'.repeat(9000))).status).toBe(401);
    expect(asked()).toBe(0);
  });

  it.each([
    ['our secret is wrong', ANSWERS.wrongSecret],
    ['we ask too often', { status: 429, body: {} }],
    ['it fails', { status: 500, body: {} }],
    ['we ask something else than we think', { status: 400, body: { message: 'bad json' } }],
    ['somebody else refuses us', { status: 403, body: { error: 'blocked' } }],
    ['it is not there any more', { status: 404, body: {} }],
    ['it sends us elsewhere', { status: 307, body: {} }],
    ['it names no organization', { status: 200, body: { ...KNOWN, organizationId: '' } }],
    ['it names no key', { status: 200, body: { organizationId: 'org_acme' } }],
    ['its actions are no list', { status: 200, body: { ...KNOWN, actions: 'acme' } }],
    ['it answers with a list', { status: 200, body: [KNOWN] }],
  ])('T9: when %s, the answer is 503', async (_, answer) => {
    server.apiKeys.set(KEY, answer);
    // Whoever followed it would be let in.
    server.redirectTo = answer.status === 307 ? `${server.origin}/elsewhere` : undefined;
    const api = await serve();
    const { status, headers, challenge, body } = await api.get('me', KEY);
    expect([status, api.reason]).toEqual([503, 'lookup_failed']);
    expect([headers.get('retry-after'), challenge, body['code']]).toEqual([
      '1',
      null,
      'auth_unavailable',
    ]);
    expect(server.asked('/elsewhere')).toBe(0);
  });

  it('T9: when Tesseral hangs up or is silent, too, within the time that is set', async () => {
    const api = await serve({ timeoutSeconds: 0.8 });
    server.outage = 'hangs up';
    expect((await api.get('me', KEY)).status).toBe(503);
    server.outage = 'silence';
    const began = performance.now();
    expect((await api.get('me', KEY)).status).toBe(503);
    expect(performance.now() - began).toBeLessThan(2500);
    server.outage = 'none';
    expect((await api.get('me', KEY)).status).toBe(200);
  });

  it('T9: neither the key nor the secret shows in an event or an answer', async () => {
    const api = await serve();
    server.apiKeys.set('acme_key_down', { status: 500, body: {} });
    const answers = [
      await api.get('me', KEY),
      await api.get('me', 'acme_key_bad'),
      await api.get('me', 'acme_key_down'),
    ];
    const told = JSON.stringify([answers, api.events.map((event) => ({ ...event }))]);
    const causes = api.events.map((event) => ('cause' in event ? String(event.cause) : ''));
    for (const secret of [KEY, 'acme_key_bad', 'acme_key_down', BACKEND_API_KEY]) {
      expect(told + causes.join()).not.toContain(secret);
    }
    expect(causes.join()).toContain('answered with status 500');
  });

  it('T9: with cacheSeconds, an answer holds for so long, and a refusal for no time', async () => {
    const api = await serve({ cacheSeconds: 1.5 });
    expect((await api.get('me', 'acme_key_late')).status).toBe(401);
    server.apiKeys.set('acme_key_late', { status: 200, body: KNOWN });
    expect((await api.get('me', 'acme_key_late')).status).toBe(200);
    server.apiKeys.delete('acme_key_late');
    expect((await api.get('me', 'acme_key_late')).status).toBe(200);
    expect(asked()).toBe(2);
    await new Promise((resolve) => setTimeout(resolve, 1600));
    expect((await api.get('me', 'acme_key_late')).status).toBe(401);
  });

  it('T9: with prefix, nobody asks about others', async () => {
    const api = await serve({ prefix: 'acme_key_' });
    expect((await api.get('me', KEY)).status).toBe(200);
    expect((await api.get('me', 'other_key_1')).status).toBe(401);
    expect(asked()).toBe(1);
  });

  it('T9: enter where machines may, and nowhere else', async () => {
    const api = await serve({}, { machineCredentials: 'declared-only' });
    expect((await api.get('programs', KEY)).status).toBe(200);
    expect([(await api.get('me', KEY)).status, api.reason]).toEqual([403, 'machine_not_declared']);
    // A token is accepted where no machine is named.
    const before = asked();
    expect([(await api.get('people', KEY)).status, api.reason]).toEqual([
      401,
      'credential_not_accepted',
    ]);
    expect(asked()).toBe(before);
    expect((await api.get('programs', await server.token())).status).toBe(401);
  });

  it('T10: principal.credentialKind tells keys from tokens', async () => {
    const api = await serve();
    const kind = async (token: string): Promise<unknown> =>
      (await api.get('me', token)).body['credentialKind'];
    expect([await kind(KEY), await kind(await server.token())]).toEqual(['apiKey', 'jwt']);
  });

  it('T5, T6: @OrgId() and @Credentials() are those of the key', async () => {
    const api = await serve();
    expect((await api.get('org', KEY)).body).toEqual({ id: 'org_acme' });
    expect((await api.get('credentials', KEY)).body).toMatchObject({ value: KEY });
  });

  it('T8: @Claims({ of }) of a key are none: 403 where they are required', async () => {
    const api = await serve();
    const { status, body } = await api.get('claims', KEY);
    expect([status, body['code'], api.reason]).toEqual([403, 'forbidden', 'missing_value']);
    expect((await api.get('claims/maybe', KEY)).body).toEqual({ user: null });
    const token = await server.token();
    expect((await api.get('claims/maybe', token)).body).toEqual({ user: 'user_ann' });
    expect((await api.get('claims', token)).status).toBe(200);
    expect((await api.get('claims/any', KEY)).body).toEqual({
      sub: 'api_key_1',
      org_id: 'org_acme',
      permissions: ['acme.widgets.view'],
    });
  });

  it('T11: @Permissions compares their actions exactly, and without any there are none', async () => {
    const api = await serve();
    expect((await api.get('widgets', KEY)).status).toBe(200);
    for (const actions of [undefined, [], ['acme.widgets'], ['acme.*'], [null]]) {
      server.apiKeys.set(KEY, { status: 200, body: { ...KNOWN, actions } });
      expect([(await api.get('widgets', KEY)).status, api.reason]).toEqual([
        403,
        'insufficient_permission',
      ]);
    }
  });

  it('T12: count in no cookie', async () => {
    const api = await serve();
    const { status } = await api.get('me', undefined, { cookie: `${COOKIE}=${KEY}` });
    expect([status, asked()]).toEqual([401, 0]);
    const cookie = `${COOKIE}=${await server.token()}`;
    expect((await api.get('me', KEY, { cookie })).body).toMatchObject({ credentialKind: 'apiKey' });
  });
});
