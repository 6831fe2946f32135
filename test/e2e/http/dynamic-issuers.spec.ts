import { jest } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import {
  apiKey,
  AuthConfigurationError,
  DynamicIssuers,
  JwksService,
  jwt,
  opaqueToken,
  type AuthEvent,
  type AuthModuleOptions,
  type DynamicIssuerOptions,
  type IssuerOptions,
  type IssuerResolver,
} from '../../../lib/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { FaultyIssuer, json } from '../../verification/jwt/keys/faulty-issuer.js';
import { ADAPTERS, get, start, type Parts, type RunningApplication } from './application.js';
import { OpaqueProvider, ORDERS_API } from './credentials/opaque-provider.js';
import { OrdersApi } from './orders-api.js';

@Injectable()
class Tenants implements IssuerResolver {
  readonly known = new Map<string, IssuerOptions>();

  resolve(issuer: string): Promise<IssuerOptions | undefined> {
    return Promise.resolve(this.known.get(issuer));
  }
}

/** Part of an application that adds and removes tenants. */
@Injectable()
class Application {
  readonly issuers: DynamicIssuers;

  constructor(issuers: DynamicIssuers) {
    this.issuers = issuers;
  }
}
Reflect.defineMetadata('design:paramtypes', [DynamicIssuers], Application);

describe.each(ADAPTERS)('issuers that are looked up, on %s', (adapter) => {
  let issuer: TestIssuer;
  let api: RunningApplication | undefined;
  let events: AuthEvent[];

  beforeAll(() => {
    // A provider warns that it keeps everything in memory, which is the point here.
    jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  });

  beforeEach(async () => {
    events = [];
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
  });

  afterEach(async () => {
    await api?.close();
    api = undefined;
    await issuer.close();
  });

  async function startWith(
    dynamicIssuers: DynamicIssuerOptions,
    more: Partial<AuthModuleOptions> = {},
    parts: Partial<Parts> = {},
  ): Promise<RunningApplication> {
    const onEvent = (event: AuthEvent): void => void events.push(event);
    const auth = { dynamicIssuers, onEvent, ...more };
    api = await start(adapter, { controllers: [OrdersApi], ...parts, auth });
    return api;
  }
  const status = async (token: string): Promise<number> =>
    (await get(`${api?.url ?? ''}/profile`, token)).status;
  /** Why keys could not be fetched. */
  const failures = (): readonly string[] =>
    events.flatMap((event) => (event.type === 'keys.failing' ? [String(event.cause)] : []));

  it('F29: are found by a class of the container, and forgotten at its bidding', async () => {
    const { app } = await startWith(
      { resolve: Tenants, internalHosts: ['127.0.0.1'] },
      {},
      { providers: [Tenants, Application] },
    );
    const token = await issuer.token();
    expect(await status(token)).toBe(401);
    app.get(Tenants).known.set(issuer.issuer, issuer.options({ organizationId: null }));
    expect(await status(token)).toBe(401);
    app.get(Application).issuers.forget(issuer.issuer);
    expect(await status(token)).toBe(200);
    expect(app.get(JwksService).state()).toMatchObject([
      { issuer: issuer.issuer, isDynamic: true, status: 'fresh', keys: 1 },
    ]);
    app.get(Tenants).known.clear();
    expect(await status(token)).toBe(200);
    app.get(Application).issuers.forget(issuer.issuer);
    expect(await status(token)).toBe(401);
    expect(app.get(JwksService).state()).toEqual([]);
  });

  it('leave those of issuers as they are, which are never asked about', async () => {
    const asked: string[] = [];
    const other = await TestIssuer.start({ algorithms: ['ES256'] });
    const resolve = (name: string): IssuerOptions => {
      asked.push(name);
      return other.options({ organizationId: null });
    };
    await startWith({ resolve, internalHosts: ['127.0.0.1'] }, { issuers: [issuer.options()] });
    expect(await status(await issuer.token())).toBe(200);
    expect(await status(await other.token())).toBe(200);
    expect(asked).toEqual([other.issuer]);
    await other.close();
  });

  it('are not taken in where their tokens would pass for another kind', async () => {
    const { issuer: name } = issuer;
    const refresh = {
      kind: 'refresh',
      issuer: name,
      audience: 'api://auth',
      cookie: '__Host-refresh',
    };
    let audience = 'api://auth';
    const { app } = await startWith(
      {
        resolve: () => issuer.options({ audience, organizationId: 'acme' }),
        internalHosts: ['127.0.0.1'],
      },
      { credentials: [jwt(refresh)] },
    );
    expect(await status(await issuer.token({ aud: 'api://auth' }))).toBe(503);
    // The keys of the other kind are fetched meanwhile, and that is told when it is done.
    expect(events.filter(({ type }) => type.startsWith('auth.'))).toMatchObject([
      {
        type: 'auth.unavailable',
        reason: 'lookup_failed',
        detail: 'dynamicIssuers.resolve',
        cause: { name: 'AuthConfigurationError', option: 'What dynamicIssuers.resolve answers' },
      },
    ]);
    audience = 'api://orders';
    app.get(DynamicIssuers).forget();
    expect(await status(await issuer.token({ aud: 'api://orders' }))).toBe(200);
    expect(await status(await issuer.token({ aud: 'api://auth' }))).toBe(401);
  });

  it('are not called like another kind', async () => {
    await startWith(
      {
        resolve: () => ({
          issuer: 'apiKey',
          audience: null,
          organizationId: null,
          secret: 's'.repeat(32),
        }),
      },
      { credentials: [apiKey({ prefix: 'acme_live', find: () => undefined })] },
    );
    expect(await status(await issuer.token({ iss: 'apiKey' }))).toBe(503);
    expect(events.at(-1)).toMatchObject({
      cause: { message: expect.stringContaining('is the name of a kind of credential') as string },
    });
  });

  it('can be injected where there are none, to no effect', async () => {
    api = await start(adapter, {
      controllers: [OrdersApi],
      providers: [Application],
      auth: { issuers: [issuer.options()] },
    });
    api.app.get(Application).issuers.forget();
    expect(await status(await issuer.token())).toBe(200);
  });

  it('at private addresses are not connected to, and the operator is told the cure', async () => {
    await startWith({ resolve: () => issuer.options({ organizationId: null }) });
    expect(await status(await issuer.token())).toBe(503);
    expect(issuer.requests).toEqual([]);
    expect(failures()).toEqual([
      expect.stringMatching(/is at a private address: .*dynamicIssuers\.internalHosts$/),
    ]);
  });

  it.each([
    ['a key set', (elsewhere: string) => ({ jwksUri: `${elsewhere}/jwks` })],
    [
      'a name that leads there',
      (elsewhere: string) => ({
        jwksUri: `${elsewhere.replace('127.0.0.1', 'localhost')}/jwks`,
      }),
    ],
  ])('at private addresses: %s', async (_, where) => {
    const elsewhere = await FaultyIssuer.start();
    await startWith({
      resolve: () => issuer.options({ organizationId: null, ...where(elsewhere.origin) }),
      internalHosts: [new URL(issuer.issuer).host],
    });
    expect(await status(await issuer.token())).toBe(503);
    expect(elsewhere.connections).toBe(0);
    expect(failures()).toEqual([expect.stringContaining('is at a private address')]);
    await elsewhere.close();
  });

  it('lead nowhere else by their metadata, nor by a redirect', async () => {
    const elsewhere = await FaultyIssuer.start();
    const tenant = await FaultyIssuer.start();
    const claims = { iss: tenant.origin };
    const { app } = await startWith({
      resolve: () => ({ issuer: tenant.origin, audience: issuer.audience, organizationId: null }),
      internalHosts: [new URL(tenant.origin).host],
    });
    tenant.serve({
      jwks: json({ keys: [] }),
      metadata: json({ issuer: tenant.origin, jwks_uri: elsewhere.jwksUri }),
    });
    expect(await status(await issuer.token(claims))).toBe(503);
    tenant.serve({
      jwks: (_, response) => response.writeHead(302, { location: elsewhere.jwksUri }).end(),
    });
    app.get(DynamicIssuers).forget();
    expect(await status(await issuer.token(claims))).toBe(503);
    expect(failures()).toEqual([
      expect.stringContaining('names a key set elsewhere'),
      expect.stringContaining('answered with status 302'),
    ]);
    expect(elsewhere.connections).toBe(0);
    await Promise.all([elsewhere.close(), tenant.close()]);
  });

  it('T13: are not fetched by fetch, which fetches what issuers publish, and asks about tokens', async () => {
    const provider = await OpaqueProvider.start();
    const other = await TestIssuer.start({ algorithms: ['ES256'] });
    const fetched: string[] = [];
    const resolve = (): IssuerOptions => other.options({ organizationId: null });
    await startWith(
      { resolve, internalHosts: ['127.0.0.1'] },
      {
        issuers: [issuer.options()],
        credentials: [
          opaqueToken({
            introspection: { issuer: provider.issuer, audience: 'urn:orders', ...ORDERS_API },
          }),
        ],
        fetch: (address, init) => {
          fetched.push(address.href);
          return fetch(address, init);
        },
      },
    );
    expect(await status(await other.token())).toBe(200);
    expect(await status(await issuer.token())).toBe(200);
    expect(await status(await provider.token('urn:orders'))).toBe(200);
    const metadata = '/.well-known/openid-configuration';
    expect(fetched.toSorted()).toEqual(
      [
        `${issuer.issuer}${metadata}`,
        `${issuer.issuer}/jwks`,
        `${provider.issuer}${metadata}`,
        `${provider.issuer}/token/introspection`,
      ].toSorted(),
    );
    await Promise.all([provider.stop(), other.close()]);
  });

  it('refuses to boot without the class that finds them', async () => {
    await expect(startWith({ resolve: Tenants })).rejects.toThrow(
      'dynamicIssuers.resolve requires Tenants, which no module provides as a singleton',
    );
  });

  it.each<[string, unknown, string]>([
    ['no object', 7, 'dynamicIssuers is not an object'],
    ['nobody to ask', {}, 'dynamicIssuers.resolve has no method resolve'],
    ['an unknown option', { resolver: 1 }, 'dynamicIssuers.resolver is no option'],
    ['no issuers', { maxIssuers: 0 }, 'dynamicIssuers.maxIssuers is no number of issuers'],
    ['no time', { maxAgeSeconds: 0 }, 'dynamicIssuers.maxAgeSeconds is not a number of seconds'],
    ['text', { timeoutSeconds: '3' }, 'dynamicIssuers.timeoutSeconds is not a number of seconds'],
    ...(
      [
        'https://a.test',
        'a.test/',
        'a b',
        '*.a.test:x',
        '',
        '::1',
        'u@a.test',
        'a:99999',
        7,
      ] as const
    ).map((host): [string, unknown, string] => [
      `a host that is none, ${String(host)}`,
      { internalHosts: [host] },
      'dynamicIssuers.internalHosts has what is no host',
    ]),
    [
      'a wildcard',
      { internalHosts: ['*.internal'] },
      'dynamicIssuers.internalHosts has what is no host. Give hosts, exactly, without wildcards',
    ],
    ['one host', { internalHosts: 'a.test' }, 'dynamicIssuers.internalHosts has what is no host'],
  ])('refuses %s', async (_, given, problem) => {
    const dynamicIssuers =
      typeof given === 'object' && Object.keys(given ?? {}).length > 0
        ? { resolve: () => null, ...given }
        : given;
    const starting = startWith(dynamicIssuers as DynamicIssuerOptions);
    await expect(starting).rejects.toBeInstanceOf(AuthConfigurationError);
    await expect(starting).rejects.toThrow(problem);
  });

  it('refuses a fetch that is none', async () => {
    const more = { fetch: 'https://proxy.test' as never };
    await expect(startWith({ resolve: () => null }, more)).rejects.toThrow(
      'fetch is not a function',
    );
  });
});
