import { apiKey, type AuthEvent, type AuthModuleOptions } from '../../../lib/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import type { RunningApplication } from '../http/application.js';
import { MinePolicy } from './cases.js';
import {
  dial,
  first,
  SERVERS,
  startGraphql,
  UNSUPPORTED,
  type Dial,
  type GraphqlOptions,
} from './graphql-application.js';
import { LoadedPolicy, next, paused, PostsResolver } from './graphql-posts.js';

/** What a `context` of the application is given by Apollo: over HTTP, and over a socket. */
interface Given {
  readonly req?: object;
  readonly extra?: { readonly request: object };
  readonly connectionParams?: object;
}

const ORIGIN = 'https://app.example.com';

describe.each(SERVERS)('sockets of %s', (server) => {
  let issuer: TestIssuer;
  let api: RunningApplication;
  const events: AuthEvent[] = [];
  let token: string;

  const started = (
    options: GraphqlOptions = {},
    auth: Partial<AuthModuleOptions> = {},
  ): Promise<RunningApplication> =>
    startGraphql(
      server,
      {
        providers: [PostsResolver, MinePolicy, LoadedPolicy],
        auth: {
          issuers: [issuer.options({ claims: { organizationId: 'org' } })],
          credentials: [apiKey({ resolve: () => null })],
          clock: issuer.clock,
          cookie: { name: 'session' },
          trustedOrigins: [ORIGIN],
          impersonation: 'read-only',
          onEvent: (event) => void events.push(event),
          ...auth,
        },
      },
      { fieldResolverEnhancers: ['guards'], ...options },
    );

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    token = await issuer.token({ sub: 'ann', org: 'acme' });
    api = await started();
  });

  beforeEach(() => {
    events.length = 0;
  });

  afterAll(async () => {
    await api.close();
    await issuer.close();
  });

  /** What comes of one subscription: its value, or the code of the refusal. */
  async function heard(dialled: Dial, query = 'subscription { ticks }'): Promise<unknown> {
    const client = dial(api, dialled);
    const { data, errors } = await first(client, query);
    await client.dispose();
    return errors[0]?.extensions.originalError?.code ?? Object.values(data ?? {})[0];
  }

  it.each(['Authorization', 'authorization', 'AUTHORIZATION'])(
    'take the parameter %s',
    async (name) => {
      expect(await heard({ connectionParams: { [name]: `Bearer ${token}` } })).toBe('ann 1');
    },
  );

  it('take the header of the handshake, where no parameter is there', async () => {
    expect(await heard({ headers: { authorization: `Bearer ${token}` } })).toBe('ann 1');
  });

  it('refuse two at once, in whatever places', async () => {
    const authorization = `Bearer ${token}`;
    const twice = { Authorization: authorization, authorization };
    expect(await heard({ connectionParams: twice })).toBe('invalid_request');
    const both = { connectionParams: { authorization }, headers: { authorization } };
    expect(await heard(both)).toBe('invalid_request');
  });

  it('take nothing else for a credential', async () => {
    const authorization = `Bearer ${token}`;
    const others: Record<string, unknown>[] = [
      { headers: { authorization } },
      { token, authToken: authorization, cookie: `session=${token}` },
      { authorization: { toString: authorization } },
      { authorization: [authorization] },
    ];
    for (const connectionParams of others) {
      expect(await heard({ connectionParams })).toBe('missing_credentials');
    }
  });

  it('take a cookie from a page of this site, whatever the page says of itself', async () => {
    const cookie = `session=${token}`;
    expect(await heard({ headers: { cookie, origin: ORIGIN } })).toBe('ann 1');
    expect(await heard({ headers: { cookie, origin: 'https://evil.example' } })).toBe(
      'cross_site_request',
    );
    const lies = {
      'sec-fetch-site': 'same-origin',
      origin: ORIGIN,
      headers: { 'sec-fetch-site': 'same-origin' },
    };
    const lied = { connectionParams: lies, headers: { cookie, origin: 'https://evil.example' } };
    expect(await heard(lied)).toBe('cross_site_request');
    const flat = { 'sec-fetch-site': 'same-origin', origin: ORIGIN };
    expect(await heard({ ...lied, connectionParams: flat })).toBe('cross_site_request');
  });

  it('bring queries and mutations too', async () => {
    const dialled = { connectionParams: { Authorization: `Bearer ${token}` } };
    expect(await heard(dialled, '{ whole }')).toBe('ann,acme,ann,header,ann,acme,string');
    expect(await heard(dialled, 'mutation { rename }')).toBe('renamed');
    const acting = await issuer.token({ sub: 'ann', act: { sub: 'support' } });
    const impersonating = { connectionParams: { Authorization: `Bearer ${acting}` } };
    expect(await heard(impersonating)).toBe('ann 1');
    expect(await heard(impersonating, 'mutation { rename }')).toBe('forbidden');
  });

  it('bring subscriptions with a filter', async () => {
    const dialled = { connectionParams: { Authorization: `Bearer ${token}` } };
    expect(await heard(dialled, 'subscription { filtered }')).toBe('NEW ANN');
    expect(await heard({}, 'subscription { filtered }')).toBe('missing_credentials');
  });

  it('have the address, the host and the headers of their handshake', async () => {
    const tenant = { from: [{ host: '{tenant}.example.com' }, { header: 'x-tenant-id' }] };
    const other = await started({}, { tenant });
    const asked = async (headers: Record<string, string>): Promise<unknown> => {
      const authorization = `Bearer ${token}`;
      const client = dial(other, { headers: { authorization, ...headers } });
      const { data, errors } = await first(client, '{ address }');
      await client.dispose();
      return errors[0]?.extensions.code ?? data?.['address'];
    };
    expect(await asked({ host: 'acme.example.com:80' })).toBe('127.0.0.1');
    expect(await asked({ host: 'other.example.com' })).toBe('FORBIDDEN');
    expect(await asked({ 'x-tenant-id': 'acme' })).toBe('127.0.0.1');
    expect(await asked({ 'x-tenant-id': 'other' })).toBe('FORBIDDEN');
    expect(await asked({ 'x-tenant-id': 'other', host: 'acme.example.com' })).toBe('FORBIDDEN');
    await other.close();
  });

  it('name their messages in events', async () => {
    expect(await heard({})).toBe('missing_credentials');
    expect(await heard({ headers: { 'x-request-id': 'given-by-client' } })).toBe(
      'missing_credentials',
    );
    const requestId: unknown = expect.stringMatching(/^[\w-]{36}$/);
    expect(events).toMatchObject([
      { handler: 'PostsResolver.ticks', reason: 'missing_credentials', requestId },
      { handler: 'PostsResolver.ticks', requestId: 'given-by-client' },
    ]);
  });

  it('tell nothing more when the token has expired, and start nothing', async () => {
    const short = await issuer.token({ sub: 'ann', org: 'acme' }, { lifetimeSeconds: 60 });
    const client = dial(api, { connectionParams: { Authorization: `Bearer ${short}` } });
    const values: unknown[] = [];
    const waits = paused();
    const ended = new Promise<unknown>((resolve) => {
      const complete = (): void => {
        resolve('complete');
      };
      client.subscribe(
        { query: 'subscription { held }' },
        { next: (value) => values.push(value.data?.['held']), error: resolve, complete },
      );
    });
    await waits;
    issuer.advance(300);
    next();
    expect(await ended).toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED', originalError: { code: 'token_expired' } } },
    ]);
    expect(values).toEqual(['ann 1']);
    expect((await first(client, '{ whole }')).errors).toMatchObject([
      { extensions: { originalError: { code: 'token_expired' } } },
    ]);
    expect(events.filter(({ type }) => type === 'auth.denied')).toMatchObject([
      { reason: 'token_expired', handler: 'PostsResolver.whole' },
    ]);
    expect(events.filter(({ type }) => type === 'connection.ended')).toMatchObject([
      { reason: 'token_expired', handler: 'PostsResolver.held' },
    ]);
    await client.dispose();
    issuer.advance(-300);
  });

  it.each<[string, boolean, (given: Given) => object]>([
    ['the request alone', false, ({ req, extra }) => ({ req: extra?.request ?? req })],
    [
      'the request and the parameters',
      true,
      ({ req, extra, connectionParams }) => ({ req: extra?.request ?? req, connectionParams }),
    ],
    ['all that there is', true, (all) => ({ req: all.req ?? all })],
    ['a copy of it', true, (all) => ({ ...all })],
    [
      'what is around the request',
      true,
      ({ req, extra, connectionParams }) => ({ req, extra, connectionParams }),
    ],
  ])(
    'have what the client said, or a hint in the log: a context of %s',
    async (_, isKept, context) => {
      if (server === 'Mercurius') return;
      const other = await started({ context } as GraphqlOptions);
      const client = dial(other, { connectionParams: { Authorization: `Bearer ${token}` } });
      const code = (await first(client, '{ whole }')).errors[0]?.extensions.originalError?.code;
      expect(code).toBe(isKept ? undefined : 'missing_credentials');
      await client.dispose();
      events.length = 0;
      const nobody = dial(other, {});
      expect((await first(nobody, '{ whole }')).errors).toHaveLength(1);
      const hint: unknown = expect.stringContaining('hand on connectionParams');
      const denied = events.filter(({ type }) => type === 'auth.denied');
      expect(denied).toMatchObject([
        { reason: 'missing_credentials', detail: isKept ? undefined : hint },
      ]);
      await nobody.dispose();
      await other.close();
    },
  );

  it('are not suspected where the application makes no context', async () => {
    expect(await heard({})).toBe('missing_credentials');
    expect(events).toMatchObject([{ reason: 'missing_credentials', detail: undefined }]);
  });

  it('refuse a context that several operations of a socket have in common', async () => {
    if (server === 'Mercurius') return;
    const kept = new WeakMap<object, object>();
    const context = (given: { readonly extra?: { readonly socket: object } }): object => {
      const socket = given.extra?.socket ?? given;
      const known = kept.get(socket) ?? { req: given };
      kept.set(socket, known);
      return known;
    };
    const other = await started({ context } as GraphqlOptions);
    const client = dial(other, { connectionParams: { Authorization: `Bearer ${token}` } });
    const query = 'subscription { ticks }';
    const [one, two] = [await first(client, query), await first(client, query)];
    expect(one.data).toEqual({ ticks: 'ann 1' });
    expect(two.errors).toMatchObject([{ ...UNSUPPORTED, path: ['ticks'] }]);
    expect(events).toContainEqual(expect.objectContaining({ reason: 'unsupported_context' }));
    await client.dispose();
    await other.close();
  });
});
