import {
  clerk,
  type AuthEvent,
  type AuthModuleOptions,
  type ClerkOptions,
  type IdentityProvider,
} from '../../../../lib/index.js';
import { ADAPTERS, get, start, type Answer, type RunningApplication } from '../application.js';
import { ClerkApiServer } from './clerk-api.js';
import { ClerkInstance } from './clerk-instance.js';
import { MachineApi } from './machine-api.js';

const instance = new ClerkInstance();

describe.each(ADAPTERS)('tokens of machines, by Clerk, on %s', (adapter) => {
  const events: AuthEvent[] = [];
  let clerkApi: ClerkApiServer;
  let api: RunningApplication;

  async function open(
    more: Partial<ClerkOptions> = {},
    auth: Partial<AuthModuleOptions> = {},
  ): Promise<void> {
    const { secretKey } = ClerkApiServer;
    api = await start(adapter, {
      controllers: [MachineApi],
      auth: {
        issuers: [instance.provider({ secretKey, apiUrl: clerkApi.url, ...more })],
        onEvent: (event) => void events.push(event),
        ...auth,
      },
    });
  }
  beforeEach(async () => {
    clerkApi = await ClerkApiServer.start();
    clerkApi.know('ak_user', { subject: 'user_ann', name: 'CI', claims: { plan: 'x' } });
    clerkApi.know('ak_org', { subject: 'org_1' });
    clerkApi.know('oat_1', { subject: 'user_ann', client_id: 'oa_client', type: 'oauth_token' });
    clerkApi.know('mt_1', { subject: 'mch_worker', scopes: ['mch_api'] });
    clerkApi.know('m2m_1', { subject: 'mch_worker', scopes: ['mch_api'] });
    events.length = 0;
  });
  afterEach(async () => {
    await api.close();
    await clerkApi.close();
  });

  const ask = (
    path: string,
    token?: string,
    headers: Record<string, string> = {},
  ): Promise<Answer> => get(`${api.url}/${path}`, token, headers);
  const outcome = async (path: string, token: string): Promise<unknown[]> => {
    const { status } = await ask(path, token);
    const event = events.findLast(({ type }) => type.startsWith('auth.'));
    return [status, event && 'reason' in event ? event.reason : event?.type];
  };

  it('C42: an API key is that of a user or of an organization', async () => {
    await open();
    expect((await ask('keys', 'ak_user')).body).toMatchObject({
      ...{ subject: 'user_ann', kind: 'apiKey', credentialKind: 'apiKey', scopes: ['read'] },
      claims: { id: 'id_of_ak_user', name: 'CI', claims: { plan: 'x' } },
    });
    expect((await ask('keys', 'ak_org')).body).toMatchObject({
      ...{ subject: 'org_1', organizationId: 'org_1' },
    });
    expect(clerkApi.asked[0]).toEqual({
      method: 'POST',
      path: '/v1/api_keys/verify',
      authorization: `Bearer ${ClerkApiServer.secretKey}`,
      version: '2026-05-12',
      body: { secret: 'ak_user' },
    });
  });

  it('C43: an OAuth access token has scopes and a client', async () => {
    clerkApi.know('oat_agent', {
      subject: 'user_ann',
      client_id: 'oa_client',
      act: { sub: 'agent_1' },
    });
    await open();
    expect((await ask('oauth', 'oat_1')).body).toMatchObject({
      ...{ subject: 'user_ann', kind: 'user', scopes: ['read'] },
      claims: { client_id: 'oa_client' },
    });
    expect((await ask('oauth', 'oat_agent')).body).toMatchObject({ actor: 'agent_1' });
    const { path, body } = clerkApi.asked[0] ?? {};
    expect([path, body]).toEqual([
      '/v1/oauth_applications/access_tokens/verify',
      { access_token: 'oat_1' },
    ]);
    expect((await ask('oauth', instance.oauth())).body).toMatchObject({
      ...{ subject: 'user_ann', kind: 'user', credentialKind: 'oauthJwt' },
      scopes: ['profile', 'email'],
    });
  });

  it('oauthClients: an OAuth access token must be of one of them, in either form', async () => {
    clerkApi.know('oat_theirs', { subject: 'user_ann', client_id: 'oa_theirs' });
    clerkApi.know('oat_nobodys', { subject: 'user_ann' });
    const [theirs, nobodys] = [{ client_id: 'oa_theirs' }, { client_id: undefined }];
    const refused = [401, 'client_not_allowed'];
    await open({ oauthClients: ['oa_client', 'oa_other'] });
    expect((await ask('oauth', 'oat_1')).status).toBe(200);
    expect((await ask('oauth', instance.oauth())).status).toBe(200);
    for (const token of [
      'oat_theirs',
      'oat_nobodys',
      instance.oauth(theirs),
      instance.oauth(nobodys),
    ]) {
      expect(await outcome('oauth', token)).toEqual(refused);
    }
    await api.close();
    await open({ oauthClients: null });
    for (const token of ['oat_theirs', instance.oauth(theirs)]) {
      expect((await ask('oauth', token)).status).toBe(200);
    }
  });

  it('oauthClients: without them, and without an audience, there are no such kinds', () => {
    const { jwtKey, publishableKey } = instance;
    const instanceOf = (options: Partial<ClerkOptions>): IdentityProvider =>
      clerk({ authorizedParties: null, ...options });
    const kinds = (more: Partial<ClerkOptions>): unknown[] =>
      (
        instanceOf({ jwtKey, publishableKey, secretKey: 'sk_test_1', ...more }).credentials ?? []
      ).map(({ options }) => 'kind' in options && options.kind);
    const usual = ['m2mJwt', 'apiKey', 'm2mToken'];
    const oauth = ['oauthJwt', 'oauthToken'];
    expect(kinds({}).toSorted()).toEqual(usual.toSorted());
    for (const more of [{ audience: 'api' }, { oauthClients: ['a'] }, { oauthClients: null }]) {
      expect(kinds(more)).toEqual(expect.arrayContaining(oauth));
    }
    for (const oauthClients of [[], [''], 'oa_client']) {
      expect(() => kinds({ oauthClients: oauthClients as never })).toThrow(
        /^clerk\(\)\.oauthClients .*List the ids/,
      );
    }
  });

  it('audience: an OAuth access token must name this API, in either form', async () => {
    clerkApi.know('oat_ours', {
      subject: 'user_ann',
      client_id: 'oa_client',
      aud: ['api://orders'],
    });
    clerkApi.know('oat_theirs', {
      subject: 'user_ann',
      client_id: 'oa_client',
      aud: ['api://other'],
    });
    await open({ audience: 'api://orders' });
    expect(await outcome('oauth', 'oat_ours')).toEqual([200, 'auth.authenticated']);
    expect(await outcome('oauth', 'oat_theirs')).toEqual([401, 'aud_mismatch']);
    expect(await outcome('oauth', 'oat_1')).toEqual([401, 'aud_mismatch']);
    expect(await outcome('oauth', instance.oauth())).toEqual([401, 'missing_claim']);
    expect((await ask('oauth', instance.oauth({ aud: 'api://orders' }))).status).toBe(200);
  });

  it('C41: a machine, by an opaque token or by a JWT, with the key of the machine', async () => {
    const { machineSecretKey } = ClerkApiServer;
    await open({ machineSecretKey });
    for (const token of ['mt_1', 'm2m_1', instance.m2m()]) {
      expect((await ask('m2m', token)).body).toMatchObject({
        ...{ subject: 'mch_worker', kind: 'service', scopes: ['mch_api'] },
      });
    }
    const { path, authorization, body } = clerkApi.asked[0] ?? {};
    expect([path, authorization, body]).toEqual([
      '/v1/m2m_tokens/verify',
      `Bearer ${machineSecretKey}`,
      { token: 'mt_1' },
    ]);
    expect(clerkApi.asked).toHaveLength(2);
  });

  it('machineId: a token for another machine is none', async () => {
    clerkApi.know('mt_other', { subject: 'mch_worker', scopes: ['mch_other'] });
    await open({ machineId: 'mch_api' });
    expect(await outcome('m2m', 'mt_1')).toEqual([200, 'auth.authenticated']);
    expect(await outcome('m2m', 'mt_other')).toEqual([401, 'aud_mismatch']);
    expect((await ask('m2m', instance.m2m())).status).toBe(200);
    expect(await outcome('m2m', instance.m2m({ scopes: 'mch_other' }))).toEqual([
      401,
      'aud_mismatch',
    ]);
    const byAudience = instance.m2m({ scopes: undefined });
    expect((await ask('m2m', byAudience)).status).toBe(200);
  });

  it('C7: machines enter where they are named, and nobody asks about them elsewhere', async () => {
    await open();
    for (const token of ['ak_user', 'oat_1', 'mt_1', 'm2m_1', instance.m2m(), instance.oauth()]) {
      expect(await outcome('', token)).toEqual([401, 'credential_not_accepted']);
    }
    expect(clerkApi.asked).toEqual([]);
  });

  it('C8: what a token is, its look says, and its signed claims: whatever is presented where', async () => {
    await open();
    const tokens: Record<string, string> = {
      session: instance.session(),
      m2m: instance.m2m(),
      oauth: instance.oauth(),
      machineSession: instance.m2m({ sid: 'sess_1' }),
      sessionOfMachine: instance.session({}, { cat: 'cl_B7d4PD333AAA' }),
      sessionWithType: instance.session({}, { typ: 'at+jwt' }),
      template: instance.session({ sid: undefined }),
      oauthMachine: instance.oauth({ sub: 'mch_worker' }),
      ak: 'ak_user',
      mt: 'mt_1',
      oat: 'oat_1',
    };
    const admitted: Record<string, string[]> = {};
    for (const path of ['', 'keys', 'oauth', 'm2m', 'mixed']) {
      for (const [name, token] of Object.entries(tokens)) {
        const { status } = await ask(path, token);
        expect([200, 401]).toContain(status);
        if (status === 200) admitted[name] = [...(admitted[name] ?? []), path];
      }
    }
    expect(admitted).toEqual({
      session: ['', 'mixed'],
      m2m: ['m2m'],
      oauth: ['oauth'],
      machineSession: ['m2m'],
      ak: ['keys', 'mixed'],
      mt: ['m2m'],
      oat: ['oauth'],
    });
  });

  it('C44: an endpoint for sessions and API keys', async () => {
    await open();
    expect((await ask('mixed', instance.session())).body['kind']).toBe('user');
    expect((await ask('mixed', 'ak_user')).body['kind']).toBe('apiKey');
    expect(await outcome('mixed', 'mt_1')).toEqual([401, 'credential_not_accepted']);
    const cookie = `__session=${instance.session()}`;
    expect((await ask('mixed', 'ak_user', { cookie })).body['kind']).toBe('apiKey');
    expect((await ask('mixed', undefined, { cookie })).body['kind']).toBe('user');
  });

  it('machines have no feature, whatever their makers wrote into their claims', async () => {
    const claims = { fea: 'o:gold', sid: 'sess_1', kind: 'user' };
    clerkApi.know('ak_gold', { subject: 'user_ann', claims, fea: 'o:gold', sid: 'sess_1' });
    clerkApi.know('mt_gold', { subject: 'mch_worker', claims, fea: 'o:gold' });
    await open();
    expect((await ask('gold', instance.session({ fea: 'o:gold' }))).status).toBe(200);
    const oauth = instance.oauth({ ...claims, sid: undefined });
    for (const token of ['ak_gold', 'mt_gold', instance.m2m(claims), oauth]) {
      expect(await outcome('gold', token)).toEqual([403, 'policy_denied']);
    }
  });

  it('with machineCredentials declared-only, a machine enters where service is named beside it', async () => {
    await open({}, { machineCredentials: 'declared-only' });
    expect(await outcome('m2m', 'mt_1')).toEqual([403, 'machine_not_declared']);
    expect((await ask('keys', 'ak_user')).status).toBe(200);
  });
});
