import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Controller, Get, Param, Query } from '@nestjs/common';
import {
  apiKey,
  AuthService,
  CurrentPrincipal,
  type AuthEvent,
  type CallAs,
  type Principal,
} from '../../../../lib/index.js';
import { TestIssuer } from '../../../../lib/testing/index.js';
import { answer, TokenServer, type Behaviour } from '../../../outbound/token-server.js';
import { ADAPTERS, get, start, type RunningApplication } from '../application.js';

@Controller('api/invoices')
class Billing {
  @Get()
  list(
    @CurrentPrincipal() { kind, subject, actor }: Principal,
    @Query('page') page?: string,
  ): object {
    return { kind, subject, actor: actor?.subject ?? null, page: page ?? null };
  }
}

/** What was thrown after an answer. */
const later: unknown[] = [];

@Controller()
class Storefront {
  constructor(private readonly auth: AuthService) {}

  @Get('call/:as')
  async call(@Param('as') as: CallAs): Promise<object> {
    const response = await this.auth.fetch('billing', '/invoices?page=2', { as });
    return { status: response.status, body: (await response.json()) as object };
  }

  @Get('token')
  async token(): Promise<object> {
    return { token: await this.auth.serviceToken('billing') };
  }

  /** Goes on after it has answered. */
  @Get('later')
  later(): object {
    setTimeout(() => {
      this.auth.serviceToken('billing').catch((failure: unknown) => later.push(failure));
    }, 50);
    return {};
  }

  @Get('elsewhere')
  async elsewhere(@Query('path') path: string): Promise<object> {
    return this.auth.fetch('billing', path, { as: 'user' });
  }

  @Get('headers')
  async headers(@Query('address') address: string): Promise<object> {
    return this.auth.headers('billing', { as: 'user', address });
  }
}

const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';

describe.each(ADAPTERS)('calling other services, on %s', (adapter) => {
  const events: AuthEvent[] = [];
  let issuer: TestIssuer;
  let tokens: TokenServer;
  let billing: RunningApplication;
  let storefront: RunningApplication;
  let strange: Server;
  let received: string[];

  /** A server that grants what is asked for, and says in exchanged tokens who acts. */
  const granting: Behaviour = (response, { parameters }) => {
    const grant = async (): Promise<string> => {
      if (parameters['grant_type'] !== TOKEN_EXCHANGE) {
        return issuer.token({ sub: 'storefront', client_id: 'storefront' });
      }
      const [, payload = ''] = (parameters['subject_token'] ?? '').split('.');
      const { sub } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sub: string };
      return issuer.token({ sub, act: { sub: 'storefront' } });
    };
    void grant().then((access_token) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ access_token, token_type: 'Bearer', expires_in: 300 }));
    });
  };

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    strange = createServer(({ headers }, response) => {
      received.push(headers.authorization ?? '');
      response.end();
    });
    await new Promise<void>((resolve) => strange.listen(0, '127.0.0.1', resolve));
  });

  beforeEach(async () => {
    received = [];
    events.length = 0;
    tokens = await TokenServer.start();
    tokens.behaviour = granting;
    billing = await start(adapter, {
      controllers: [Billing],
      auth: { issuers: [issuer.options()] },
    });
    storefront = await start(adapter, {
      controllers: [Storefront],
      auth: {
        issuers: [issuer.options()],
        credentials: [apiKey({ resolve: () => ({ subject: 'robot' }) })],
        services: {
          billing: {
            baseUrl: `${billing.url}/api`,
            tokenEndpoint: tokens.url.href,
            clientId: 'storefront',
            clientSecret: 'secret',
            scope: ['invoices:read'],
            timeoutSeconds: 1,
          },
        },
        onEvent: (event) => void events.push(event),
      },
    });
  });

  afterEach(async () => {
    await storefront.close();
    await billing.close();
    await tokens.close();
  });

  afterAll(async () => {
    strange.close();
    await issuer.close();
  });

  const ann = (): Promise<string> => issuer.token({ sub: 'ann' });
  const call = async (path: string): ReturnType<typeof get> =>
    get(`${storefront.url}/${path}`, await ann());

  it.each([
    ['service', { kind: 'service', subject: 'storefront', actor: null, page: '2' }],
    ['user', { kind: 'user', subject: 'ann', actor: null, page: '2' }],
    ['on-behalf-of', { kind: 'user', subject: 'ann', actor: 'storefront', page: '2' }],
  ])('as %s', async (as, body) => {
    expect((await call(`call/${as}`)).body).toEqual({ status: 200, body });
  });

  it('refuses to call as nobody in particular', async () => {
    expect((await call('call/root')).status).toBe(500);
    expect(tokens.asked).toEqual([]);
  });

  it('obtains a token once, whoever asks', async () => {
    const all = await Promise.all(Array.from({ length: 50 }, () => call('token')));
    expect(new Set(all.map(({ body }) => body['token'])).size).toBe(1);
    expect(tokens.asked).toHaveLength(1);
    expect(tokens.asked[0]?.parameters).toMatchObject({ scope: 'invoices:read' });
    expect(events).toContainEqual({
      type: 'token.obtained',
      service: 'billing',
      purpose: { scope: 'invoices:read' },
      lifetimeSeconds: 300,
    });
    expect(await storefront.app.get(AuthService).serviceToken('billing')).toBe(
      all[0]?.body['token'],
    );
  });

  it('answers 503 where no token is granted, and not 500 nor 401', async () => {
    tokens.behaviour = answer(401, '{"error":"invalid_client"}');
    for (const as of ['service', 'on-behalf-of']) {
      const refused = await call(`call/${as}`);
      expect([refused.status, refused.body['code']]).toEqual([503, 'auth_unavailable']);
      expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
      expect(refused.challenge).toBeNull();
    }
    expect(events.filter(({ type }) => type === 'token.failing')).toHaveLength(1);
    const detail = expect.stringMatching(
      /^services\.billing \(scope "invoices:read"\): http.* refused us with status 401: invalid_client$/,
    ) as unknown;
    expect(events).toContainEqual(expect.objectContaining({ type: 'auth.unavailable', detail }));
    const told =
      JSON.stringify(events) +
      events.map((event) => ('cause' in event ? String(event.cause) : '')).join();
    expect(told).not.toContain('secret"');
  });

  it("answers 403 where the caller's token is not exchanged, and where there is none", async () => {
    tokens.behaviour = answer(400, '{"error":"invalid_grant"}');
    const refused = await call('call/on-behalf-of');
    expect([refused.status, refused.body['code']]).toEqual([403, 'forbidden']);
    const key = await get(`${storefront.url}/call/user`, undefined, { 'x-api-key': 'key' });
    expect(key.status).toBe(403);
    expect(tokens.asked).toHaveLength(1);
  });

  it('gets another token where one is not accepted, and asks once more, never again', async () => {
    let asked = 0;
    const refusing = createServer((_, response) => {
      asked += 1;
      response.writeHead(401, { 'www-authenticate': 'Bearer realm="api", error="invalid_token"' });
      response.end('{}');
    });
    await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve));
    const { port } = refusing.address() as AddressInfo;
    let now = Date.now();
    const other = await start(adapter, {
      controllers: [Storefront],
      auth: {
        issuers: [issuer.options()],
        clock: () => now,
        services: {
          billing: {
            baseUrl: `http://127.0.0.1:${String(port)}`,
            tokenEndpoint: tokens.url.href,
            clientId: 'storefront',
            clientSecret: 'secret',
          },
        },
      },
    });
    const token = await ann();
    const refused = async (as: CallAs): Promise<readonly number[]> => {
      const { body } = await get(`${other.url}/call/${as}`, token);
      expect(body).toMatchObject({ status: 401 });
      return [asked, tokens.asked.length];
    };
    // A token that is brand new is not to blame.
    expect(await refused('on-behalf-of')).toEqual([1, 1]);
    expect(await refused('service')).toEqual([2, 2]);
    now += 11_000;
    expect(await refused('on-behalf-of')).toEqual([4, 3]);
    expect(await refused('service')).toEqual([6, 4]);
    expect(await refused('on-behalf-of')).toEqual([7, 4]);
    expect(await refused('user')).toEqual([8, 4]);
    await other.close();
    await new Promise((resolve) => refusing.close(resolve));
  });

  it('calls them by the fetch of the module, where there is one', async () => {
    const sent: string[] = [];
    const other = await start(adapter, {
      controllers: [Storefront],
      auth: {
        issuers: [issuer.options()],
        services: { billing: { baseUrl: `${billing.url}/api` } },
        fetch: (address, init) => {
          sent.push(`${address.pathname} ${init.redirect ?? ''}`);
          return fetch(address, init);
        },
      },
    });
    const { body } = await get(`${other.url}/call/user`, await ann());
    expect(body).toMatchObject({ status: 200, body: { subject: 'ann' } });
    expect(sent).toContain('/api/invoices manual');
    await other.close();
  });

  it('says why there is no token to what goes on after the answer, too', async () => {
    tokens.behaviour = answer(503, '');
    later.length = 0;
    expect((await call('later')).status).toBe(200);
    for (let wait = 0; wait < 100 && later.length === 0; wait += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(later).toEqual([expect.objectContaining({ status: 503 })]);
  });

  it('sends no credential anywhere else', async () => {
    const { port } = strange.address() as AddressInfo;
    const host = `127.0.0.1:${String(port)}`;
    const paths = [
      `http://${host}/`,
      `\\\\${host}/`,
      '../outside',
      '%2e%2e/outside',
      '..%2foutside',
      '..;/outside',
      `http://user@${host}/`,
      `/http://${host}/../../../x`,
    ];
    for (const path of paths) {
      const { status, body } = await call(`elsewhere?path=${encodeURIComponent(path)}`);
      expect(JSON.stringify(body)).not.toContain('leads out');
      expect([path, status === 500 || status === 200]).toEqual([path, true]);
    }
    expect(received).toEqual([]);
    const own = await call(`headers?address=${encodeURIComponent(`${billing.url}/api/invoices`)}`);
    expect(own.body).toEqual({
      authorization: expect.stringMatching(/^Bearer /) as unknown,
      'x-request-id': own.headers.get('x-request-id'),
    });
    for (const address of [`http://${host}/api/`, `${billing.url}/apis`, `${billing.url}/`, 'x']) {
      expect((await call(`headers?address=${encodeURIComponent(address)}`)).status).toBe(500);
    }
  });

  it('knows no other services', async () => {
    const service = storefront.app.get(AuthService);
    await expect(service.serviceToken('shipping')).rejects.toThrow(
      /No such service.*add it there: billing\.$/,
    );
  });
});
