import type { AuthEvent, AuthModuleOptions, ClerkOptions } from '../../../../lib/index.js';
import { ADAPTERS, get, start, type Answer, type RunningApplication } from '../application.js';
import { ClerkApiServer, send } from './clerk-api.js';
import { ClerkInstance } from './clerk-instance.js';
import { MachineApi } from './machine-api.js';

const instance = new ClerkInstance();

describe.each(ADAPTERS)('how Clerk is asked about tokens, on %s', (adapter) => {
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

  it('a token that is none is the caller’s: 401, and what is no token is not asked about', async () => {
    clerkApi.know('ak_revoked', { subject: 'user_ann', revoked: true });
    clerkApi.know('ak_expired', { subject: 'user_ann', expired: true });
    clerkApi.know('ak_past', { subject: 'user_ann', expiration: Date.now() - 1 });
    clerkApi.know('ak_seconds', { subject: 'user_ann', expiration: 1000 });
    clerkApi.know('ak_text', { subject: 'user_ann', expiration: 'never' });
    clerkApi.know('ak_forever', { subject: 'user_ann', expiration: null });
    await open();
    expect(await outcome('keys', 'ak_nobody')).toEqual([401, 'api_key_unknown']);
    expect(await outcome('keys', 'ak_revoked')).toEqual([401, 'token_revoked']);
    expect(await outcome('keys', 'ak_expired')).toEqual([401, 'token_expired']);
    for (const token of ['ak_past', 'ak_seconds', 'ak_text']) {
      expect(await outcome('keys', token)).toEqual([401, 'api_key_expired']);
    }
    expect((await ask('keys', 'ak_forever')).status).toBe(200);
    const before = clerkApi.asked.length;
    for (const token of ['ak_a.b', 'ak_a/../x', 'ak_%00', `ak_${'a'.repeat(9000)}`]) {
      expect((await ask('keys', token)).status).toBe(401);
    }
    expect(clerkApi.asked).toHaveLength(before);
  });

  it('C41: whoever cannot be asked, or refuses us, is our failure: 503', async () => {
    await open({ machineTokens: { timeoutSeconds: 1 } });
    const statusOf = async (token = 'ak_user'): Promise<number> =>
      (await ask('keys', token)).status;
    for (const status of [400, 404, 410, 422]) {
      clerkApi.behaviour = (response) => {
        send(response, status, {});
      };
      expect([status, await statusOf()]).toEqual([status, 401]);
    }
    for (const status of [204, 301, 302, 401, 403, 429, 500, 502, 503]) {
      clerkApi.behaviour = (response) => {
        response.setHeader('location', `${clerkApi.url}/elsewhere`);
        send(response, status, {});
      };
      expect([status, await statusOf()]).toEqual([status, 503]);
    }
    expect(clerkApi.asked.every(({ path }) => path === '/v1/api_keys/verify')).toBe(true);
    const answers = ['[]', 'x', '{}', '{"subject":"mch_1"}', `{"a":"${'a'.repeat(300_000)}"}`];
    for (const text of answers) {
      clerkApi.behaviour = (response) => void response.end(text);
      expect(await statusOf()).toBe(503);
    }
    clerkApi.behaviour = () => undefined;
    const since = performance.now();
    expect(await statusOf()).toBe(503);
    expect(performance.now() - since).toBeLessThan(4000);
    const before = clerkApi.asked.length;
    clerkApi.behaviour = (response) => void response.destroy();
    const { status, headers } = await ask('keys', 'ak_user');
    expect([status, headers.get('retry-after')]).toEqual([503, '1']);
    expect(clerkApi.asked.length - before).toBeLessThanOrEqual(2);
    clerkApi.behaviour = undefined;
    expect(await statusOf()).toBe(200);
  });

  it('a key that Clerk does not know is told of in the event, not to the client', async () => {
    await open({ secretKey: 'sk_test_wrong' });
    const { status, body } = await ask('keys', 'ak_user');
    expect([status, JSON.stringify(body)]).toEqual([503, expect.not.stringContaining('sk_')]);
    const event = events.find(({ type }) => type === 'auth.unavailable');
    expect(event && 'cause' in event && String(event.cause)).toContain('answered with status 401');
    expect(JSON.stringify(event)).not.toContain('ak_user');
  });

  it('cacheSeconds: by default every request asks; otherwise once, and never beyond expiry', async () => {
    await open();
    for (let time = 0; time < 3; time += 1) await ask('keys', 'ak_user');
    expect(clerkApi.asked).toHaveLength(3);
    await api.close();
    clerkApi.asked.length = 0;
    clerkApi.know('ak_short', { subject: 'user_ann', expiration: Date.now() + 60_000 });
    let later = 0;
    await open({ machineTokens: { cacheSeconds: 2 } }, { clock: () => Date.now() + later });
    for (let time = 0; time < 3; time += 1) {
      expect((await ask('keys', 'ak_user')).status).toBe(200);
      expect((await ask('keys', 'ak_nobody')).status).toBe(401);
      expect((await ask('keys', 'ak_short')).status).toBe(200);
    }
    const asked = clerkApi.asked.map(({ body }) => (body as { secret: string }).secret);
    const timesAsked = ['ak_user', 'ak_short', 'ak_nobody'].map(
      (token) => asked.filter((secret) => secret === token).length,
    );
    expect(timesAsked).toEqual([1, 1, 3]);
    later = 61_000;
    expect(await outcome('keys', 'ak_short')).toEqual([401, 'api_key_expired']);
    later = 0;
    clerkApi.tokens.delete('ak_user');
    await new Promise((resolve) => setTimeout(resolve, 2100));
    expect((await ask('keys', 'ak_user')).status).toBe(401);
  });

  it('many who present one token at the same time are one question', async () => {
    await open();
    clerkApi.behaviour = (response) => {
      setTimeout(() => {
        send(response, 200, { subject: 'user_ann', scopes: [] });
      }, 100);
    };
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask('keys', 'ak_user')));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(clerkApi.asked.length).toBeLessThan(5);
  });

  it('fetch: whoever sends the questions', async () => {
    const sent: string[] = [];
    await open({
      fetch: (input, init) => {
        sent.push((input as URL).pathname);
        return fetch(input, init);
      },
    });
    expect((await ask('keys', 'ak_user')).status).toBe(200);
    expect(sent).toEqual(['/v1/api_keys/verify']);
  });
});
