import { inspect } from 'node:util';
import axios, { type AxiosInstance, type AxiosRequestConfig } from 'axios';
import { AuthService, type CallAs } from '../../../../lib/index.js';
import { TestIssuer } from '../../../../lib/testing/index.js';
import { TokenServer } from '../../../outbound/token-server.js';
import { start, type RunningApplication } from '../application.js';
import { CalledService, GREET } from './called-service.js';

describe('axios, attached to a service, where something leads elsewhere', () => {
  let issuer: TestIssuer;
  let tokens: TokenServer;
  let billing: CalledService;
  let strange: CalledService;
  let storefront: RunningApplication;
  let auth: AuthService;

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
  });

  beforeEach(async () => {
    [tokens, billing, strange] = await Promise.all([
      TokenServer.start(),
      CalledService.start(),
      CalledService.start(),
    ]);
    const access_token = await issuer.token({ sub: 'storefront' });
    tokens.behaviour = { access_token, token_type: 'Bearer', expires_in: 300 };
    const client = { clientId: 'storefront', clientSecret: 'secret' };
    storefront = await start('express', {
      controllers: [],
      auth: {
        issuers: [issuer.options()],
        services: {
          billing: { baseUrl: `${billing.url}/api`, tokenEndpoint: tokens.url.href, ...client },
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

  it('follows no redirect, and none out of the service where they are asked for', async () => {
    const redirect = (to: string): void => {
      billing.reply = (response, received) => {
        if (received.url === '/api/new') {
          GREET(response, received);
          return;
        }
        response.writeHead(302, { location: to });
        response.end();
      };
    };
    redirect('/api/new');
    await expect(attached().get('/old')).rejects.toMatchObject({ response: { status: 302 } });
    const following = attached('service', { maxRedirects: 3 });
    expect((await following.get<unknown>('/old')).data).toMatchObject({ url: '/api/new' });
    billing.received.length = 0;
    for (const elsewhere of ['/outside', strange.url]) {
      redirect(elsewhere);
      await expect(following.get('/old')).rejects.toThrow(/not one of services\.billing/);
      const fetching = following.get('/old', { adapter: 'fetch' });
      await expect(fetching).rejects.toMatchObject({ response: { status: 302 } });
    }
    expect(billing.received.map(({ url }) => url)).toEqual(Array(4).fill('/api/old'));
    expect(strange.received).toEqual([]);
  });

  it('sends it to no socket and by no transport of a configuration', async () => {
    for (const config of [{ socketPath: '/tmp/none' }, { transport: {} }]) {
      await expect(attached().get('/', config as object)).rejects.toThrow(RangeError);
      await expect(attached('service', config as object).get('/')).rejects.toThrow(RangeError);
    }
    expect(tokens.asked).toEqual([]);
  });

  it.each([
    ['port', (port: string) => ({ port })],
    ['hostname', () => ({ hostname: 'localhost' })],
    ['path', () => ({ path: '/outside' })],
    ['protocol', () => ({ protocol: 'https:' })],
    ['socketPath', () => ({ socketPath: '/tmp/none' })],
  ])('goes nowhere else by a redirect whose %s the application changes', async (_, changed) => {
    billing.reply = (response, received) => {
      if (received.url === '/api/old') response.writeHead(302, { location: '/api/new' }).end();
      else GREET(response, received);
    };
    const change = changed(new URL(strange.url).port);
    const following = (beforeRedirect: (options: object) => void): Promise<unknown> =>
      attached('service', { maxRedirects: 3, beforeRedirect }).get('/old');
    await expect(following((options) => void Object.assign(options, change))).rejects.toThrow(
      /not one of services\.billing/,
    );
    expect(billing.received.map(({ url }) => url)).toEqual(['/api/old']);
    expect(strange.received).toEqual([]);
    await following((options) => void Object.assign(options, { path: '/api/newer' }));
    expect(billing.received.at(-1)?.url).toBe('/api/newer');
  });

  it('a signal ends waiting for a token, in the words of axios', async () => {
    tokens.behaviour = () => undefined;
    const ending = new AbortController();
    const sent = attached().get('/', { signal: ending.signal });
    while (tokens.asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
    ending.abort();
    const failure: unknown = await sent.catch((error: unknown) => error);
    expect(axios.isCancel(failure)).toBe(true);
    expect(billing.received).toEqual([]);
  });

  it.each([
    ['it is late', { timeout: 100 }],
    ['it is too long', { maxContentLength: 1 }],
    ['it is redirected too often', { maxRedirects: 1 }],
    ['it cannot be decoded', { decompress: true }],
  ])('shows no token in the error where %s', async (_, config: AxiosRequestConfig) => {
    billing.reply = (response, received) => {
      if (config.timeout !== undefined) return;
      if (config.maxRedirects !== undefined)
        response.writeHead(302, { location: received.url }).end();
      else if (config.decompress === true)
        response.writeHead(200, { 'content-encoding': 'gzip' }).end('nonsense');
      else GREET(response, received);
    };
    const sent = await auth.serviceToken('billing');
    const failure: unknown = await attached()
      .get('/x', config)
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect(inspect(failure, { depth: 30 }) + JSON.stringify(failure)).not.toContain(sent);
  });
});
