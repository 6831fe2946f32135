import {
  apiKey,
  ApiKeys,
  basic,
  jwt,
  MemoryApiKeyStore,
  opaqueToken,
  session,
  type AuthEvent,
  type AuthModuleOptions,
  type Identity,
} from '../../../../lib/index.js';
import { TestIssuer } from '../../../../lib/testing/index.js';
import { ADAPTERS, start, type RunningApplication } from '../application.js';
import { Api, Partners } from './kinds-api.js';

const PASSWORDS = new Map([['ann', 'open sesame']]);
const SESSIONS = new Map<string, Identity>([
  ['s-ann', { subject: 'ann', roles: ['admin'], organizationId: 'acme', claims: { plan: 'pro' } }],
]);

interface Sent {
  readonly status: number;
  readonly challenges: string | null;
  readonly body: Record<string, unknown>;
}

describe.each(ADAPTERS)('kinds of credential on %s', (adapter) => {
  const keys = new ApiKeys({ prefix: 'acme', store: new MemoryApiKeyStore() });
  const events: AuthEvent[] = [];
  let issuer: TestIssuer;
  let api: RunningApplication;
  let key: string;
  let token: string;
  let refresh: TestIssuer;

  async function restart(more: Partial<AuthModuleOptions> = {}): Promise<void> {
    api = await start(adapter, {
      controllers: [Api, Partners],
      auth: {
        issuers: [issuer.options()],
        credentials: [
          apiKey({ keys }),
          basic({
            verify: (username, password) =>
              PASSWORDS.get(username) === password ? { subject: username } : null,
          }),
          session({ cookie: 'sid', resolve: (id) => SESSIONS.get(id) }),
          opaqueToken({
            prefix: 'pat_',
            resolve: (value) => (value === 'pat_1' ? { subject: 'bob', kind: 'service' } : null),
          }),
          jwt({ kind: 'refresh', ...refresh.options({ audience: 'refresh' }) }),
        ],
        onEvent: (event) => void events.push(event),
        ...more,
      },
    });
  }

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    refresh = await TestIssuer.start({ algorithms: ['ES256'], audience: 'refresh' });
    token = await issuer.token({ sub: 'ann', org_id: 'acme' });
    ({ key } = await keys.create({
      subject: 'robot',
      organizationId: 'acme',
      scopes: ['orders:write'],
    }));
    await restart();
  });

  afterAll(async () => {
    await api.close();
    await issuer.close();
    await refresh.close();
  });

  const send = async (
    path: string,
    headers: Record<string, string>,
    method = 'GET',
  ): Promise<Sent> => {
    const answer = await fetch(`${api.url}/${path}`, { headers, method });
    return {
      status: answer.status,
      challenges: answer.headers.get('www-authenticate'),
      body: (await answer.json()) as Record<string, unknown>,
    };
  };
  const reason = (): string | undefined => {
    const event = events.findLast(({ type }) => type.startsWith('auth.'));
    return event && 'reason' in event ? event.reason : event?.type;
  };
  const bearer = (value: string): Record<string, string> => ({ authorization: `Bearer ${value}` });
  const withKey = (value = key): Record<string, string> => ({ 'x-api-key': value });
  const withPassword = (user: string, password: string): Record<string, string> => ({
    authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
  });

  it('F1: several kinds, told apart by where they are and how they look', async () => {
    expect(await send('any', bearer(token))).toMatchObject({
      status: 200,
      body: { kind: 'user', subject: 'ann', credentialKind: 'jwt', organizationId: 'acme' },
    });
    expect(await send('any', withKey())).toMatchObject({
      status: 200,
      body: {
        kind: 'apiKey',
        subject: 'robot',
        credentialKind: 'apiKey',
        scopes: ['orders:write'],
      },
    });
    expect(await send('any', withPassword('ann', 'open sesame'))).toMatchObject({
      status: 200,
      body: { kind: 'user', subject: 'ann', credentialKind: 'basic' },
    });
    expect(await send('any', { cookie: 'sid=s-ann' })).toMatchObject({
      status: 200,
      body: { kind: 'user', credentialKind: 'session', organizationId: 'acme', plan: 'pro' },
    });
    expect(await send('any', bearer('pat_1'))).toMatchObject({
      status: 200,
      body: { kind: 'service', subject: 'bob', credentialKind: 'opaqueToken' },
    });
  });

  it('F1: a bad one is refused, and no other is tried in its stead', async () => {
    expect((await send('any', { ...bearer('pat_2'), cookie: 'sid=s-ann' })).status).toBe(401);
    expect(reason()).toBe('token_inactive');
    expect((await send('any', withKey('acme_x'))).status).toBe(401);
    expect(reason()).toBe('api_key_malformed');
    expect((await send('any', withPassword('ann', 'wrong'))).status).toBe(401);
    expect(reason()).toBe('invalid_password');
    expect((await send('any', bearer('nonsense'))).status).toBe(401);
    expect(reason()).toBe('token_malformed');
  });

  it('two at once are refused, whatever is accepted', async () => {
    for (const path of ['any', 'keys', 'tokens', 'mixed']) {
      const { status, body } = await send(path, { ...bearer(token), ...withKey() });
      expect([status, body['code']]).toEqual([400, 'invalid_request']);
      expect(reason()).toBe('multiple_credentials');
    }
  });

  it('a challenge for each scheme that is accepted, and for no other', async () => {
    const { status, challenges } = await send('any', {});
    expect(status).toBe(401);
    expect(challenges).toBe(
      'Bearer realm="api", ApiKey realm="api", Basic realm="api", charset="UTF-8"',
    );
    expect((await send('keys', {})).challenges).toBe('ApiKey realm="api"');
    expect((await send('tokens', {})).challenges).toBe('Bearer realm="api"');
    expect((await send('keys', withKey('acme_x'))).challenges).toBe('ApiKey realm="api"');
    expect((await send('any', withPassword('ann', 'x'))).challenges).toBe(
      'Basic realm="api", charset="UTF-8"',
    );
  });

  it('C44: @Accepts lets the named kinds in', async () => {
    expect((await send('mixed', bearer(token))).status).toBe(200);
    expect((await send('mixed', withKey())).status).toBe(200);
    expect((await send('mixed', withPassword('ann', 'open sesame'))).status).toBe(401);
    expect(reason()).toBe('credential_not_accepted');
  });

  it('a JWT where only keys are accepted, and the contrary, each by its own code', async () => {
    const byToken = await send('keys', bearer(token));
    expect(byToken).toMatchObject({ status: 401, body: { code: 'credential_not_accepted' } });
    expect(byToken.challenges).toBe('ApiKey realm="api"');
    const byKey = await send('tokens', withKey());
    expect(byKey).toMatchObject({ status: 401, body: { code: 'credential_not_accepted' } });
    expect(byKey.challenges).toContain('Bearer realm="api", error="invalid_token"');
    expect((await send('tokens', { cookie: 'sid=s-ann' })).body['code']).toBe(
      'missing_credentials',
    );
  });

  it('the closest @Accepts counts', async () => {
    expect((await send('partners', withKey())).status).toBe(200);
    expect((await send('partners', bearer(token))).status).toBe(401);
    expect((await send('partners/people', bearer(token))).status).toBe(200);
    expect((await send('partners/people', withKey())).status).toBe(401);
  });

  it('F2: a refresh token is no access token, nor the contrary', async () => {
    const refreshToken = await refresh.token({ sub: 'ann' });
    expect((await send('refresh', bearer(refreshToken), 'POST')).body).toMatchObject({
      subject: 'ann',
      credentialKind: 'refresh',
    });
    expect((await send('any', bearer(refreshToken))).status).toBe(401);
    expect(reason()).toBe('unknown_issuer');
    expect((await send('refresh', bearer(token), 'POST')).status).toBe(401);
    expect(reason()).toBe('unknown_issuer');
    expect((await send('refresh', withKey(), 'POST')).body['code']).toBe('credential_not_accepted');
  });

  it('@Accepts.all asks for both, and the last named is who calls', async () => {
    const both = { ...bearer(token), ...withKey() };
    expect(await send('together', both)).toMatchObject({ status: 200, body: { subject: 'ann' } });
    expect((await send('together', bearer(token))).challenges).toBe('ApiKey realm="api"');
    expect((await send('together', withKey())).challenges).toMatch(/^Bearer .*invalid_token/);
    expect((await send('together', {})).challenges).toBe('Bearer realm="api", ApiKey realm="api"');
    expect((await send('together', { ...bearer('x.y.z'), ...withKey() })).status).toBe(401);
    expect((await send('together', { ...bearer(token), ...withKey('acme_x') })).status).toBe(401);
    const elsewhere = await issuer.token({ org_id: 'other' });
    expect((await send('together', { ...bearer(elsewhere), ...withKey() })).status).toBe(403);
    expect(reason()).toBe('organization_mismatch');
    const detail = 'the credentials are of different organizations';
    expect(events.at(-1)).toMatchObject({ detail });
    expect((await send('together', { ...both, cookie: 'sid=s-ann' })).status).toBe(200);
  });

  it('service: clients that act for themselves', async () => {
    const client = await issuer.token({ sub: 'batch', client_id: 'batch' });
    expect((await send('services', bearer(client))).status).toBe(200);
    expect((await send('services', bearer('pat_1'))).status).toBe(200);
    expect((await send('services', bearer(token))).status).toBe(403);
    expect(reason()).toBe('policy_denied');
    expect((await send('services', withKey())).body['code']).toBe('credential_not_accepted');
  });

  it('@OptionalAuth with @Accepts: nobody, or somebody by that kind', async () => {
    expect((await send('page', {})).body).toMatchObject({ kind: 'anonymous' });
    expect((await send('page', { cookie: 'sid=s-ann' })).body).toMatchObject({ subject: 'ann' });
    expect((await send('page', bearer(token))).body['code']).toBe('credential_not_accepted');
  });

  it('scopes narrow keys, and the challenge names them', async () => {
    expect((await send('orders', withKey())).status).toBe(200);
    const { key: bare } = await keys.create({ subject: 'robot' });
    const refused = await send('orders', withKey(bare));
    expect(refused.status).toBe(403);
    expect(refused.challenges).toContain('error="insufficient_scope"');
    expect(refused.challenges).toContain('scope="orders:write"');
  });

  it("machineCredentials: with 'declared-only', programs enter where that is declared", async () => {
    await api.close();
    await restart({ machineCredentials: 'declared-only' });
    const client = await issuer.token({ sub: 'batch', client_id: 'batch' });
    expect((await send('any', withKey())).status).toBe(403);
    expect(reason()).toBe('machine_not_declared');
    expect((await send('any', bearer(client))).status).toBe(403);
    expect((await send('tokens', bearer(client))).status).toBe(403);
    expect((await send('services', bearer(client))).status).toBe(200);
    expect((await send('keys', withKey())).status).toBe(200);
    expect((await send('mixed', withKey())).status).toBe(200);
    expect((await send('any', bearer(token))).status).toBe(200);
    expect((await send('together', { ...bearer(token), ...withKey() })).status).toBe(200);
  });
});
