import {
  apiKey,
  opaqueToken,
  type AuthEvent,
  type AuthModuleOptions,
  type Identity,
} from '../../../lib/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import type { RunningApplication } from '../http/application.js';
import { MinePolicy } from './cases.js';
import {
  bearer,
  post,
  SERVERS,
  startGraphql,
  UNSUPPORTED,
  type GraphqlOptions,
  type Server,
} from './graphql-application.js';
import { done, LoadedPolicy, PostsResolver } from './graphql-posts.js';

const PROVIDERS = [PostsResolver, MinePolicy, LoadedPolicy];
const CHALLENGES = 'Bearer realm="api", ApiKey realm="api"';
const GUARDED = { fieldResolverEnhancers: ['guards'] } as const;

describe.each(SERVERS)('fields of %s', (server) => {
  let issuer: TestIssuer;
  let api: RunningApplication;
  let events: AuthEvent[];
  let [user, admin]: string[] = [];
  let lookedUp = 0;

  const lookUp = async (token: string): Promise<Identity | null> => {
    lookedUp += 1;
    await new Promise((resolve) => setImmediate(resolve));
    return token === 'pat_ann' ? { subject: 'ann' } : null;
  };

  const started = (
    auth: Partial<AuthModuleOptions> = {},
    options: GraphqlOptions = {},
  ): Promise<RunningApplication> =>
    startGraphql(
      server,
      {
        providers: PROVIDERS,
        auth: {
          issuers: [issuer.options({ claims: { roles: 'roles', organizationId: 'org' } })],
          credentials: [
            apiKey({ resolve: (key) => (key === 'key' ? { subject: 'robot' } : null) }),
            opaqueToken({ prefix: 'pat_', resolve: lookUp }),
          ],
          onEvent: (event) => void events.push(event),
          ...auth,
        },
      },
      { ...batched(server), ...GUARDED, ...options } as GraphqlOptions,
    );

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    user = await issuer.token({ sub: 'ann', roles: ['user'], org: 'acme' });
    admin = await issuer.token({ sub: 'root', roles: ['admin'], org: 'acme' });
    api = await started();
  });

  beforeEach(() => {
    events = [];
    done.length = 0;
  });

  afterAll(async () => {
    await api.close();
    await issuer.close();
  });

  it('are decided on one by one, whatever they are called', async () => {
    const query = '{ mine: post(id: "ann") { id } theirs: post(id: "bob") { id } greeting }';
    const answer = await post(api, { query }, bearer(user));
    expect(answer.status).toBe(200);
    expect(answer.data).toEqual({ mine: { id: 'ann' }, theirs: null, greeting: 'hello' });
    expect(answer.errors).toEqual([
      expect.objectContaining({
        message: 'Access is denied',
        path: ['theirs'],
        extensions: expect.objectContaining({ code: 'FORBIDDEN' }) as object,
      }),
    ]);
    const requestId: unknown = expect.stringMatching(/^[\w-]{36}$/);
    expect(events.filter(({ type }) => type === 'auth.denied')).toEqual([
      expect.objectContaining({
        handler: 'PostsResolver.post',
        reason: 'policy_denied',
        requestId,
      }),
    ]);
  });

  it('that are public answer beside those that are closed', async () => {
    const answer = await post(api, { query: '{ greeting rename: post(id: "ann") { id } }' });
    expect(answer.data).toEqual({ greeting: 'hello', rename: null });
    expect(answer.errors.map(({ extensions }) => extensions.originalError)).toEqual([
      {
        statusCode: 401,
        error: 'Unauthorized',
        code: 'missing_credentials',
        message: 'Authentication is required',
      },
    ]);
    expect(answer.headers.get('www-authenticate')).toBe(CHALLENGES);
    expect(answer.headers.get('cache-control')).toContain('no-store');
  });

  it('tell no stack, no cause and no more than HTTP tells', async () => {
    const { text, errors } = await post(
      api,
      { query: '{ post(id: "x") { id } }' },
      bearer('e30.e30.e30'),
    );
    expect(text).not.toMatch(/\.ts|\.js|node_modules| at |cause|principal/);
    const { extensions } = errors[0] ?? { extensions: {} };
    const allowed = ['code', 'http', 'originalError', 'stacktrace'];
    expect(Object.keys(extensions).filter((name) => !allowed.includes(name))).toEqual([]);
  });

  it('of objects are guarded where Nest is told to, and know their caller', async () => {
    const query = '{ needed { id secret viewer } }';
    const answers = [
      await post(api, { query }, bearer(user)),
      await post(api, { query }, bearer(admin)),
    ];
    expect(answers.map(({ data }) => data)).toEqual([
      { needed: { id: 'needed', secret: null, viewer: 'ann' } },
      { needed: { id: 'needed', secret: 'secret', viewer: 'root' } },
    ]);
  });

  it('have what HTTP has: parameters, AuthService, resources', async () => {
    const answer = await post(
      api,
      { query: '{ whole a: loaded(id: "a") b: loaded(id: "b") }' },
      bearer(user),
    );
    expect(answer.data).toEqual({
      whole: 'ann,acme,ann,header,ann,acme,string',
      a: 'the a',
      b: 'the b',
    });
  });

  it('accept what they declare, beside others that do not', async () => {
    const query = '{ whole machines }';
    const answer = await post(api, { query }, bearer(user));
    expect(answer.data).toMatchObject({
      whole: 'ann,acme,ann,header,ann,acme,string',
      machines: null,
    });
    expect(answer.errors).toMatchObject([
      { path: ['machines'], extensions: { originalError: { code: 'credential_not_accepted' } } },
    ]);
    const ofMachine = await post(api, { query: '{ machines }' }, { 'x-api-key': 'key' });
    expect(ofMachine.data).toEqual({ machines: 'machines' });
  });

  it('of entities are guarded one by one', async () => {
    const query = '{ entities(ids: ["ann", "bob"]) { id } }';
    const answer = await post(api, { query }, bearer(user));
    expect(answer.errors).toMatchObject([{ path: ['entities', 1] }]);
    expect(answer.data).toEqual({ entities: [{ id: 'ann' }, null] });
    expect((await post(api, { query })).data).toEqual({ entities: [null, null] });
  });

  it('of one request are asked about once, and of another again', async () => {
    lookedUp = 0;
    const query = '{ a: needed { id secret } b: needed { id secret } c: post(id: "ann") { id } }';
    const answer = await post(api, { query }, bearer('pat_ann'));
    expect(answer.data).toMatchObject({ a: { id: 'needed', secret: null }, c: { id: 'ann' } });
    expect(lookedUp).toBe(1);
    await post(api, { query }, bearer('pat_ann'));
    expect(lookedUp).toBe(2);
    await post(api, { query }, bearer('pat_bob'));
    expect(lookedUp).toBe(3);
  });

  it('are not there where nothing asks for them: introspection, and the page', async () => {
    expect((await post(api, { query: '{ __schema { queryType { name } } }' })).errors).toEqual([]);
    if (server !== 'Mercurius') {
      const page = await fetch(`${api.url}/graphql`, { headers: { accept: 'text/html' } });
      expect(page.status).toBe(200);
    }
  });

  it('while somebody acts as the caller, may be read, and no mutation comes along', async () => {
    const other = await started({ impersonation: 'read-only' });
    const acting = await issuer.token({ sub: 'ann', org: 'acme', act: { sub: 'support' } });
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${acting}` };
    const body = JSON.stringify([{ query: '{ whole }' }, { query: 'mutation { rename }' }]);
    const response = await fetch(`${other.url}/graphql`, { method: 'POST', headers, body });
    const [read, changed] = (await response.json()) as { data: object; errors?: unknown[] }[];
    expect(read?.errors).toBeUndefined();
    expect(changed?.data).toEqual({ rename: null });
    expect(done).toEqual([]);
    expect(events).toContainEqual(expect.objectContaining({ reason: 'impersonation_denied' }));
    expect((await post(other, { query: 'mutation { rename }' }, bearer(user))).data).toEqual({
      rename: 'renamed',
    });
    await other.close();
  });

  it('are of the tenant that a header names', async () => {
    const other = await started({ tenant: { from: { header: 'x-tenant-id' } } });
    const named = (tenant: string): Promise<object> =>
      post(other, { query: '{ needed { id } }' }, { ...bearer(user), 'x-tenant-id': tenant });
    expect(await named('acme')).toMatchObject({ errors: [] });
    expect(await named('other')).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
    await other.close();
  });

  it('with a cookie need a request of the same site, as HTTP does', async () => {
    const other = await started({ cookie: { name: 'session' } });
    const sent = async (headers: object): Promise<unknown> =>
      (await post(other, { query: '{ whole }' }, { cookie: `session=${user ?? ''}`, ...headers }))
        .errors[0]?.extensions.originalError?.code;
    expect(await sent({ 'sec-fetch-site': 'cross-site' })).toBe('cross_site_request');
    expect(await sent({})).toBe('cross_site_request');
    expect(await sent({ 'sec-fetch-site': 'same-origin' })).toBeUndefined();
    await other.close();
  });

  it.each([
    ['the request itself', (given: object) => given],
    ['the request in something', (given: object) => ({ ctx: { request: reqOf(given) } })],
    ['the request and more', (given: object) => ({ req: reqOf(given), loaders: {} })],
  ])('find the request in a context that is %s', async (_, context) => {
    const other = await started({}, { context: context as never });
    expect((await post(other, { query: '{ whole }' }, bearer(user))).errors).toEqual([]);
    await other.close();
  });

  it('refuse a context that is one object for all requests, for it has the request of another', async () => {
    const shared = {};
    const other = await started({}, { context: () => shared });
    const query = '{ whole greeting }';
    await post(other, { query: '{ greeting }' }, bearer(admin));
    const answer = await post(other, { query }, bearer(user));
    // A server that makes a copy for each request is none the worse for it.
    const isCopied = answer.errors.length === 0;
    if (isCopied) expect(answer.data?.['whole']).toContain('ann');
    else {
      expect(events).toContainEqual(expect.objectContaining({ reason: 'unsupported_context' }));
      expect(answer.errors).toMatchObject([{ ...UNSUPPORTED, path: ['whole'] }]);
    }
    await other.close();
  });

  it('without a request are refused, and the log is told the cure', async () => {
    const other = await started({}, {
      context: () => ({ req: {} }),
      subscriptions: false,
    } as never);
    const answer = await post(
      other,
      { query: '{ greeting post(id: "ann") { id } }' },
      bearer(user),
    );
    if (server === 'Mercurius') {
      // It puts its reply there itself.
      expect(answer.errors).toEqual([]);
    } else {
      expect(answer.data).toEqual({ greeting: 'hello', post: null });
      expect(answer.errors).toMatchObject([{ ...UNSUPPORTED, path: ['post'] }]);
      expect(events).toContainEqual(
        expect.objectContaining({
          reason: 'unsupported_context',
          detail: expect.stringContaining('context') as string,
        }),
      );
    }
    await other.close();
  });

  it('that are all there is may give HTTP their status', async () => {
    const options = { preserveHttpStatusForExecutionErrors: false } as GraphqlOptions;
    const other = await started({}, server === 'Mercurius' ? {} : options);
    const { status, headers } = await post(other, { query: '{ needed { id } }' });
    expect([status, headers.get('www-authenticate')]).toEqual([401, CHALLENGES]);
    await other.close();
  });
});

function batched(server: Server): object {
  return server === 'Mercurius'
    ? { allowBatchedQueries: true }
    : { allowBatchedHttpRequests: true };
}

function reqOf(given: object): unknown {
  return 'req' in given && 'res' in given ? given.req : given;
}
