import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Controller, Get, Post, Req } from '@nestjs/common';
import {
  apiKey,
  AuthService,
  ContextHeaders,
  CurrentPrincipal,
  OptionalAuth,
  OrgId,
  Public,
  type AuthEvent,
  type AuthModuleOptions,
  type Principal,
} from '../../../../lib/index.js';
import { TestIssuer } from '../../../../lib/testing/index.js';
import { ADAPTERS, get, start, type RunningApplication } from '../application.js';
import { rawRequest } from '../raw-request.js';

interface AnyRequest {
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders?: string[];
  readonly raw?: { readonly rawHeaders: string[] };
}

@Controller()
@ContextHeaders({ 'Feature-Tier': 'standard', Priority: 'high' })
class Api {
  constructor(private readonly auth: AuthService) {}

  @Get('headers')
  headers(): object {
    return this.auth.contextHeaders();
  }

  @Get('all')
  all(): object {
    return this.auth.contextHeaders({ email: true, expiry: true });
  }

  @Get('misspelt')
  misspelt(): object {
    return this.auth.contextHeaders({ mail: true } as object);
  }

  @ContextHeaders({ Admin_Origin: 'api', 'Admin-Action': 'true', 'feature-tier': 'premium' })
  @Get('admin')
  admin(): object {
    return this.auth.contextHeaders();
  }

  @OptionalAuth({ onInvalid: 'anonymous' })
  @Get('optional')
  optional(): object {
    return this.auth.contextHeaders({ expiry: true });
  }

  @Public()
  @Get('public')
  public(): object {
    return this.auth.contextHeaders();
  }

  @Public()
  @Get('received')
  received(@Req() request: AnyRequest): object {
    const { headers, rawHeaders, raw } = request;
    return { headers, rawHeaders: rawHeaders ?? raw?.rawHeaders };
  }

  @Post('forward')
  async forward(): Promise<object> {
    const response = await this.auth.fetch('billing', '/orders', {
      as: 'user',
      method: 'POST',
      headers: this.auth.contextHeaders(),
      body: JSON.stringify({ event: 'orders.forwarded' }),
    });
    return { status: response.status };
  }

  @Get('tenant')
  tenant(@OrgId() organization: string, @CurrentPrincipal() { subject }: Principal): object {
    return { organization, subject };
  }
}

const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

describe.each(ADAPTERS)('context headers, on %s', (adapter) => {
  const events: AuthEvent[] = [];
  let issuer: TestIssuer;
  let api: RunningApplication;
  let billing: Server;
  let connections = 0;
  const received: IncomingHttpHeaders[] = [];

  const boot = (auth: Partial<AuthModuleOptions> = {}): Promise<RunningApplication> =>
    start(adapter, {
      controllers: [Api],
      auth: {
        issuers: [issuer.options()],
        credentials: [apiKey({ resolve: () => ({ subject: 'robot' }) })],
        services: {
          billing: {
            baseUrl: `http://127.0.0.1:${String((billing.address() as AddressInfo).port)}`,
          },
        },
        onEvent: (event) => void events.push(event),
        ...auth,
      },
    });

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    billing = createServer(({ headers }, response) => {
      received.push(headers);
      response.end('{}');
    }).listen(0, '127.0.0.1');
    billing.on('connection', () => (connections += 1));
    await once(billing, 'listening');
    api = await boot();
  });

  beforeEach(() => {
    received.length = 0;
    events.length = 0;
  });

  afterAll(async () => {
    await api.close();
    billing.closeAllConnections();
    billing.close();
    await issuer.close();
  });

  const ann = (claims: object = {}): Promise<string> =>
    issuer.token({ sub: 'ann', org_id: 'acme', email: 'ann@example.com', ...claims });

  it('K5, K6: who is calling, and of the request', async () => {
    const exp = Math.floor(Date.now() / 1000) + 600;
    const token = await ann({ exp, roles: ['editor', 'clerk'], permissions: ['a', 'b'] });
    const userAgent = `Browser/1.0 ${'x'.repeat(200)}`;
    const { body, headers } = await get(`${api.url}/headers`, token, { 'user-agent': userAgent });
    const at = String(body['Request-Timestamp']);
    expect(new Date(at).toISOString()).toBe(at);
    expect(Math.abs(Date.parse(at) - Date.now())).toBeLessThan(5000);
    expect(body).toEqual({
      'User-ID': 'ann',
      'User-Role': 'editor,clerk',
      'Organization-ID': 'acme',
      'Auth-Status': 'authenticated',
      'Token-Type': 'access',
      'Token-Expires': String(exp),
      Permissions: 'a,b',
      'Request-ID': expect.stringMatching(UUID) as string,
      'Request-Timestamp': at,
      'Client-IP': '127.0.0.1',
      'User-Agent': userAgent.slice(0, 100),
      'Feature-Tier': 'standard',
      Priority: 'high',
    });
    expect(headers.get('x-request-id')).toBe(body['Request-ID']);
  });

  it('K5: nobody gets a role by default, and a key is no token', async () => {
    const { body } = await get(`${api.url}/headers`, undefined, { 'x-api-key': 'key' });
    expect(body).toMatchObject({ 'User-ID': 'robot', 'Token-Type': 'apiKey' });
    for (const name of ['User-Role', 'Token-Expires', 'Permissions', 'User-Email']) {
      expect(body).not.toHaveProperty(name);
    }
  });

  it('K1, K2, K3, K4: nobody in particular, and why', async () => {
    const status = async (token?: string): Promise<unknown[]> => {
      const { status, body } = await get(`${api.url}/optional`, token);
      return [status, body['User-ID'], body['User-Role'], body['Auth-Status']];
    };
    const past = Math.floor(Date.now() / 1000) - 1000;
    const nobody = [200, 'anonymous', 'guest'];
    expect(await status()).toEqual([...nobody, 'no-token']);
    expect(await status('x.y')).toEqual([...nobody, 'malformed-token']);
    expect(await status(await ann({ aud: 'other' }))).toEqual([...nobody, 'invalid-token']);
    expect(await status(await ann({ exp: past }))).toEqual([...nobody, 'token-expired']);
    expect(await status(await ann({ nbf: past + 9000 }))).toEqual([...nobody, 'token-not-active']);
    const { body } = await get(`${api.url}/optional`, await ann({ exp: past }));
    expect(body).toMatchObject({ 'Token-Expired': 'true' });
    expect(body).not.toHaveProperty('Auth-Error');
    expect((await get(`${api.url}/public`, await ann())).body).toMatchObject({
      'User-ID': 'anonymous',
      'Auth-Status': 'unauthenticated',
    });
  });

  it('K14: constants of the class and the handler, of which the handler’s counts', async () => {
    const { body } = await get(`${api.url}/admin`, await ann());
    expect(body).toMatchObject({
      'Admin-Action': 'true',
      'feature-tier': 'premium',
      Priority: 'high',
    });
    expect(body).not.toHaveProperty('Feature-Tier');
  });

  it('K22: who acts, and why', async () => {
    const act = { sub: 'support_7', reason: 'ticket\r\n4711: ä' };
    expect((await get(`${api.url}/headers`, await ann({ act }))).body).toMatchObject({
      'User-ID': 'ann',
      'Acting-User-ID': 'support_7',
      'Impersonation-Reason': 'ticket4711: %C3%A4',
    });
  });

  it('K23: expiry hints and the address of mail, where they are asked for', async () => {
    const exp = Math.floor(Date.now() / 1000) + 200;
    const { body } = await get(`${api.url}/all`, await ann({ exp }));
    expect(body).toMatchObject({
      'User-Email': 'ann@example.com',
      'Token-Refresh-Required': 'true',
    });
    expect(Number(body['Token-Expires-In'])).toBeGreaterThan(190);
    const plain = (await get(`${api.url}/headers`, await ann({ exp }))).body;
    expect(Object.keys(plain).filter((name) => /Email|Expires-In|Refresh/.test(name))).toEqual([]);
    expect((await get(`${api.url}/misspelt`, await ann())).status).toBe(500);
  });

  it('K7: no value of a token or a client breaks an answer', async () => {
    const nasty = 'ä\r\nUser-ID: root\0😀';
    const token = await ann({ sub: nasty, org_id: nasty, roles: [nasty] });
    const { status, body } = await get(`${api.url}/headers`, token);
    expect(status).toBe(200);
    expect(body['User-ID']).toBe(encodeURIComponent(nasty).replace('%3A', ':'));
    const forwarded = await fetch(`${api.url}/forward`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    });
    expect(await forwarded.json()).toEqual({ status: 200 });
    expect(received[0]?.['user-id']).toBe(body['User-ID']);
  });

  it('what clients say of themselves is gone before a handler sees it', async () => {
    const { text } = await rawRequest(api.port, [
      'GET /received HTTP/1.1',
      ...['User-ID: root', 'USER-ROLE: admin', 'user_id: root', 'Organization_ID: acme'],
      ...['Auth-Status: authenticated', 'Permissions: all', 'Permissions: more', 'Client-IP: ::1'],
      ...['Request-ID: x', 'Acting-User-ID: root', 'User-Email: a@b.c', 'Auth-Error: none'],
      ...['Token-Expires: 1', 'Admin-Action: true', 'feature-tier: premium', 'priority: u=1'],
      ...['User-Agent: Browser', 'X-Custom: kept', 'Admin_Origin: x', 'admin-origin: x'],
    ]);
    const answer = JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)) as {
      headers: object;
      rawHeaders: string[];
    };
    const names = ['connection', 'host', 'user-agent', 'x-custom'];
    expect(Object.keys(answer.headers).sort()).toEqual(names);
    const raw = answer.rawHeaders.filter((_, index) => index % 2 === 0);
    expect(raw.map((name) => name.toLowerCase()).sort()).toEqual(names);
    const spoofed = await get(`${api.url}/optional`, undefined, { 'user-id': 'root' });
    expect(spoofed.body['User-ID']).toBe('anonymous');
  });

  it('context: false takes them off all the same', async () => {
    const other = await boot({ context: false });
    const { body } = await get(`${other.url}/received`, undefined, { 'user-id': 'root' });
    expect(body['headers']).not.toHaveProperty('user-id');
    await other.close();
  });

  it('what the configuration reads from requests stays, and is measured as before', async () => {
    const other = await boot({ tenant: { from: { header: 'Organization-ID' }, required: true } });
    const ask = async (organization: string): Promise<number> => {
      const headers = { 'organization-id': organization, 'user-id': 'root' };
      return (await get(`${other.url}/tenant`, await ann(), headers)).status;
    };
    expect([await ask('acme'), await ask('globex')]).toEqual([200, 403]);
    await other.close();
    const strange = await boot({ tenant: { from: { header: 'Organization_ID' } } });
    const headers = { organization_id: 'globex', 'organization-id': 'acme' };
    expect((await get(`${strange.url}/tenant`, await ann(), headers)).status).toBe(403);
    await strange.close();
  });

  it('K8: passes the context on, with one request id, to the service and nowhere else', async () => {
    const token = await ann({ roles: ['editor'] });
    const response = await fetch(`${api.url}/forward`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'user-role': 'admin' },
    });
    expect(await response.json()).toEqual({ status: 200 });
    expect(received).toEqual([
      expect.objectContaining({
        'user-id': 'ann',
        'user-role': 'editor',
        'organization-id': 'acme',
        'request-id': response.headers.get('x-request-id'),
        'x-request-id': response.headers.get('x-request-id'),
      }),
    ]);
  });

  it('T17: an audit is told with the credentials of whoever did it, and by which request', async () => {
    const token = await ann();
    await fetch(`${api.url}/forward`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'x-request-id': 'audit-12345678' },
    });
    expect(received[0]?.authorization).toBe(`Bearer ${token}`);
    expect(received[0]?.['x-request-id']).toBe('audit-12345678');
    expect(events.at(-1)).toMatchObject({
      type: 'auth.authenticated',
      handler: 'Api.forward',
      principal: { subject: 'ann' },
    });
  });

  it('C46: one service for all requests, and connections that are used again', async () => {
    expect(api.app.get(AuthService)).toBe(api.app.get(AuthService));
    const token = await ann();
    const headers = { authorization: `Bearer ${token}` };
    connections = 0;
    for (let count = 0; count < 30; count += 1) {
      await (await fetch(`${api.url}/forward`, { method: 'POST', headers })).text();
    }
    expect(received).toHaveLength(30);
    expect(connections).toBeLessThanOrEqual(3);
  });
});
