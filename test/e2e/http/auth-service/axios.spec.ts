import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import { HttpModule, HttpService } from '@nestjs/axios';
import { Controller, Get, Param, Query } from '@nestjs/common';
import axios, { type AxiosInstance, type AxiosRequestConfig } from 'axios';
import { decodeJwt } from 'jose';
import { firstValueFrom } from 'rxjs';
import { AuthService, OutsideRequestError, type CallAs } from '../../../../lib/index.js';
import { TestIssuer } from '../../../../lib/testing/index.js';
import { answer, TokenServer, type Behaviour } from '../../../outbound/token-server.js';
import { ADAPTERS, get, start, type RunningApplication } from '../application.js';
import { CalledService, GREET, REFUSE } from './called-service.js';

/** What the application does within a request, on whatever instance a test made. */
let work: (as: CallAs) => Promise<unknown>;

@Controller()
class Storefront {
  constructor(
    private readonly http: HttpService,
    auth: AuthService,
  ) {
    auth.attach(http.axiosRef, 'billing', { as: 'on-behalf-of' });
  }

  @Get('nest')
  async nest(@Query('path') path = '/invoices'): Promise<unknown> {
    return (await firstValueFrom(this.http.get<unknown>(path))).data;
  }

  @Get('work/:as')
  async work(@Param('as') as: CallAs): Promise<object> {
    return { result: await work(as) };
  }
}

const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';

describe.each(ADAPTERS)('axios, attached to a service, on %s', (adapter) => {
  let issuer: TestIssuer;
  let tokens: TokenServer;
  let billing: CalledService;
  let strange: CalledService;
  let storefront: RunningApplication;
  let auth: AuthService;
  let now: number;

  const granting: Behaviour = (response, { parameters }) => {
    const grant = (): Promise<string> => {
      if (parameters['grant_type'] !== TOKEN_EXCHANGE) return issuer.token({ sub: 'storefront' });
      const { sub = '' } = decodeJwt(parameters['subject_token'] ?? '');
      return issuer.token({ sub: `exchanged ${sub}` });
    };
    void grant().then((access_token) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ access_token, token_type: 'Bearer', expires_in: 300 }));
    });
  };

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
  });

  beforeEach(async () => {
    [tokens, billing, strange] = await Promise.all([
      TokenServer.start(),
      CalledService.start(),
      CalledService.start(),
    ]);
    tokens.behaviour = granting;
    now = Date.now();
    storefront = await start(adapter, {
      imports: [HttpModule.register({})],
      controllers: [Storefront],
      auth: {
        issuers: [issuer.options()],
        clock: () => now,
        services: {
          billing: {
            baseUrl: `${billing.url}/api`,
            tokenEndpoint: tokens.url.href,
            clientId: 'storefront',
            clientSecret: 'secret',
          },
          plain: { baseUrl: `${strange.url}/` },
          unaddressed: { tokenEndpoint: tokens.url.href, clientId: 'a', clientSecret: 'b' },
        },
      },
    });
    auth = storefront.app.get(AuthService);
  });

  afterEach(async () => {
    await storefront.close();
    await Promise.all([tokens.close(), billing.close(), strange.close()]);
  });

  afterAll(() => issuer.close());

  const attached = (as: CallAs = 'service', config: AxiosRequestConfig = {}): AxiosInstance =>
    auth.attach(axios.create(config as object), 'billing', { as });
  const call = async (path: string, sub = 'ann'): ReturnType<typeof get> =>
    get(`${storefront.url}/${path}`, await issuer.token({ sub }));
  const subjects = (): readonly string[] => billing.received.map(({ subject }) => subject);

  it('K8: sends, through HttpService, the credential of whoever is calling, and the id of the request', async () => {
    const answered = await call('nest');
    expect(answered.body).toEqual({ subject: 'exchanged ann', url: '/api/invoices' });
    const id = answered.headers.get('x-request-id');
    expect(id).not.toBeNull();
    expect(billing.received).toMatchObject([{ requestId: id }]);
  });

  it.each([
    ['service', 'storefront'],
    ['user', 'ann'],
    ['on-behalf-of', 'exchanged ann'],
  ])('as %s', async (as, subject) => {
    work = async (given) =>
      (await attached(given).get<unknown>('/x', { params: { page: 2 } })).data;
    expect((await call(`work/${as}`)).body).toEqual({ result: { subject, url: '/api/x?page=2' } });
  });

  it('never mixes callers who share an instance', async () => {
    const waiting: (() => void)[] = [];
    const names = Array.from({ length: 20 }, (_, index) => `user-${String(index)}`);
    billing.reply = (response, received) => {
      waiting.push(() => {
        GREET(response, received);
      });
      // All are in flight before the first is answered.
      if (waiting.length === names.length) for (const reply of waiting) reply();
    };
    const shared = attached('user');
    work = async () => (await shared.get<unknown>('/')).data;
    const all = await Promise.all(names.map((name) => call('work/user', name)));
    expect(all.map(({ body }) => body['result'])).toMatchObject(
      names.map((subject) => ({ subject })),
    );
  });

  it('needs no request for our own credential, and one for anybody else', async () => {
    await attached().get('/');
    expect(billing.received).toMatchObject([{ subject: 'storefront', requestId: undefined }]);
    await expect(attached('user').get('/')).rejects.toBeInstanceOf(OutsideRequestError);
  });

  it('sends nothing anywhere else', async () => {
    const [host, own] = [strange, billing].map(({ url }) => new URL(url).host);
    for (const url of [
      strange.url,
      `//${host}/`,
      '/../outside',
      '/%2e%2e/outside',
      '/..%2foutside',
      '/..;/outside',
      `http://user:pass@${own}/api/`,
      `${billing.url}/apis`,
    ]) {
      await expect(attached().get(url)).rejects.toThrow(/not one of services\.billing/);
    }
    const changed = attached();
    changed.interceptors.request.use((config) => Object.assign(config, { baseURL: strange.url }));
    await expect(changed.get('/')).rejects.toThrow(/not one of services\.billing/);
    await expect(attached().get('/', { baseURL: strange.url })).rejects.toThrow(RangeError);
    expect((await call(`nest?path=${encodeURIComponent(strange.url)}`)).status).toBe(500);
    expect([...strange.received, ...billing.received, ...tokens.asked]).toEqual([]);
  });

  describe('where the token is not accepted', () => {
    it('gives that answer where no other token can be had', async () => {
      const client = attached();
      await client.get('/');
      now += 11_000;
      tokens.behaviour = answer(503, '');
      billing.reply = REFUSE;
      await expect(client.get('/')).rejects.toMatchObject({
        response: { status: 401, data: { refused: true } },
      });
      expect(billing.received).toHaveLength(2);
    });

    it('sends what can be sent twice once more, with another token, and never again', async () => {
      const client = attached();
      await client.get('/');
      now += 11_000;
      let refusals = 1;
      billing.reply = (...given) => {
        refusals -= 1;
        (refusals < 0 ? GREET : REFUSE)(...given);
      };
      billing.received.length = 0;
      expect((await client.post('/', { a: 1 })).status).toBe(200);
      expect(billing.received.map(({ body }) => body)).toEqual(['{"a":1}', '{"a":1}']);
      expect(tokens.asked).toHaveLength(2);
      now += 11_000;
      refusals = 10;
      billing.received.length = 0;
      const refused = { response: { status: 401, data: { refused: true } } };
      await expect(client.post('/', { a: 1 })).rejects.toMatchObject(refused);
      expect(billing.received).toHaveLength(2);
      // The next token is brand new, and not to blame.
      await expect(client.get('/')).rejects.toMatchObject(refused);
      expect(billing.received).toHaveLength(3);
      expect((await client.get('/', { validateStatus: () => true })).status).toBe(401);
      expect(tokens.asked).toHaveLength(3);
    });

    it('sends no stream twice', async () => {
      const client = attached();
      await client.get('/');
      now += 11_000;
      billing.reply = REFUSE;
      await expect(client.post('/', Readable.from(['a', 'b']))).rejects.toMatchObject({
        response: { status: 401 },
      });
      expect(billing.received.map(({ body }) => body)).toEqual(['', 'ab']);
      expect(tokens.asked).toHaveLength(1);
    });

    it('lets interceptors see the last answer alone, once', async () => {
      const seen: string[] = [];
      const plain = axios.create();
      plain.interceptors.response.use(
        null,
        (failure: Error & { response?: { status: number } }) => {
          seen.push(String(failure.response?.status));
          return Promise.reject(failure);
        },
      );
      const client = auth.attach(plain, 'billing', { as: 'service' });
      client.interceptors.request.use((config) => {
        seen.push(String(config.headers.get('authorization')));
        return config;
      });
      await client.get('/');
      now += 11_000;
      billing.reply = REFUSE;
      await expect(client.get('/')).rejects.toThrow();
      expect(seen).toEqual(['undefined', 'undefined', '401']);
    });
  });

  it('answers as a guard would where there is no token to send', async () => {
    tokens.behaviour = answer(503, '');
    const refused = await call('nest');
    expect([refused.status, refused.body['code']]).toEqual([503, 'auth_unavailable']);
    expect(Object.keys(refused.body)).toEqual(['message', 'error', 'statusCode', 'code']);
    tokens.behaviour = answer(400, '{"error":"invalid_grant"}');
    now += 60_000;
    expect((await call('nest')).status).toBe(403);
    expect(billing.received).toEqual([]);
  });

  it('shows no token to whoever logs an answer or an error', async () => {
    const client = attached();
    const token = await auth.serviceToken('billing');
    const shown: unknown[] = [await client.get('/')];
    billing.reply = (response) => {
      response.writeHead(500);
      response.end();
    };
    shown.push(await client.get('/').catch((failure: unknown) => failure));
    billing.reply = (response) => void response.destroy();
    shown.push(await client.get('/').catch((failure: unknown) => failure));
    shown.push(await client.get('/', { adapter: 'fetch' }).catch((failure: unknown) => failure));
    expect(shown).toHaveLength(4);
    for (const each of shown) {
      expect(inspect(each, { depth: 12 })).not.toContain(token);
      expect(
        JSON.stringify(each instanceof Error ? each : (each as { data: unknown }).data),
      ).not.toContain(token);
    }
    // Whoever tries again with what it was shown is answered as before.
    billing.reply = GREET;
    const { config } = shown[1] as { config: AxiosRequestConfig };
    expect((await client.request(config)).status).toBe(200);
    expect(new Set(subjects())).toEqual(new Set(['storefront']));
  });

  it('sends the token in the place of any other, by whatever adapter', async () => {
    const client = attached();
    await client.get('/', { headers: { Authorization: 'Basic x' } });
    await client.get('/', { auth: { username: 'a', password: 'b' } });
    await client.get('/', { adapter: 'fetch' });
    expect(subjects()).toEqual(Array(3).fill('storefront'));
    const own = await client.get('/', {
      adapter: (config) =>
        Promise.resolve({
          ...{ status: 200, statusText: 'OK', headers: {}, config },
          data: JSON.stringify({ sent: config.headers.get('Authorization') }),
        }),
    });
    expect(own.data).toEqual({ sent: expect.stringMatching(/^Bearer ey/) as unknown });
  });

  it('refuses to be attached where that could never work, and twice', () => {
    const as = 'service';
    const attach = (client: unknown, service = 'billing', options: object = { as }): unknown =>
      auth.attach(client as AxiosInstance, service, options as { as: CallAs });
    expect(() => attach(axios)).toThrow(/the whole process shares\. Give it one of its own/);
    expect(() => attach({})).toThrow(/is no instance of axios/);
    expect(() => attach(undefined)).toThrow(/is no instance of axios/);
    expect(() => attach(axios.create(), 'shipping')).toThrow(/No such service/);
    expect(() => attach(axios.create(), 'unaddressed')).toThrow(/has no baseUrl/);
    expect(() => attach(axios.create(), 'plain')).toThrow(/no issuer and no clientId/);
    expect(() => attach(axios.create(), 'billing', {})).toThrow(/Say on whose behalf/);
    expect(() => attach(axios.create(), 'billing', { as, to: 1 })).toThrow(/to is no option/);
    expect(() => attach(axios.create({ baseURL: strange.url }))).toThrow(/not one of services/);
    const client = axios.create({ baseURL: `${billing.url}/api/v2` });
    expect(attach(client)).toBe(client);
    expect(attach(client)).toBe(client);
    expect(client.defaults.baseURL).toBe(`${billing.url}/api/v2`);
    expect(() => attach(client, 'plain', { as: 'user' })).toThrow(/to services\.billing already/);
    expect(() => attach(client, 'billing', { as: 'user' })).toThrow(/already/);
  });
});
