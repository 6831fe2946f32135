import { WebSocket } from 'ws';
import {
  apiKey,
  AuthService,
  MemoryKeyValueStore,
  RevocationList,
  type AuthEvent,
  type AuthModuleOptions,
} from '../../../lib/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import {
  graphql,
  GraphqlConnections,
  type GraphqlConnectionOptions,
} from '../../../lib/transports/graphql/index.js';
import { LastingCalls } from '../../../lib/transports/lasting-calls.js';
import { start, type RunningApplication } from '../http/application.js';
import { Feeds, FeedsResolver, Listener, until } from './feeds.js';
import {
  adapterOf,
  connectedModule,
  dial,
  first,
  SERVERS,
  type Closed,
  type Dial,
  type OwnDecision,
} from './graphql-application.js';

type Client = ReturnType<typeof dial>;

const ORIGIN = 'https://app.example.com';

describe.each(SERVERS)('connections of %s', (server) => {
  let issuer: TestIssuer;
  let api: RunningApplication;
  let feeds: Feeds;
  let revocation: RevocationList;
  const events: AuthEvent[] = [];
  const clients: Client[] = [];

  const started = async (
    connections: GraphqlConnectionOptions,
    auth: Partial<AuthModuleOptions> = {},
    own?: OwnDecision,
  ): Promise<RunningApplication> =>
    start(adapterOf(server), {
      imports: [connectedModule(server, own)],
      providers: [Feeds, FeedsResolver, GraphqlConnections],
      auth: {
        issuers: [issuer.options({ claims: { roles: 'roles' } })],
        credentials: [
          apiKey({ resolve: (key) => (key === 'good-key' ? { subject: 'machine' } : null) }),
        ],
        cookie: { name: 'session' },
        trustedOrigins: [ORIGIN],
        transports: [graphql({ connections })],
        revocation,
        clock: issuer.clock,
        onEvent: (event) => void events.push(event),
        ...auth,
      },
    });

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    revocation = new RevocationList({ store: new MemoryKeyValueStore(), clock: issuer.clock });
    api = await started({});
    feeds = api.app.get(Feeds);
  });

  beforeEach(() => {
    events.length = 0;
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) await client.dispose();
    await until(() => feeds.listening === 0);
  });

  afterAll(async () => {
    await api.close();
    await issuer.close();
  });

  /** A client, and how its socket was closed. */
  function connect(
    dialled: Dial,
    to: RunningApplication = api,
  ): { client: Client; closed: Promise<Closed> } {
    let onClosed: (event: Closed) => void = () => undefined;
    const closed = new Promise<Closed>((resolve) => {
      onClosed = ({ code, reason }) => {
        resolve({ code, reason });
      };
    });
    const client = dial(to, { ...dialled, onClosed });
    clients.push(client);
    return { client, closed };
  }

  const bearing = (token: string): Dial => ({
    connectionParams: { Authorization: `Bearer ${token}` },
  });

  const ended = (): AuthEvent[] => events.filter(({ type }) => type === 'connection.ended');

  it('are accepted by a parameter, a header of the handshake, or a cookie of this site', async () => {
    const token = await issuer.token({ sub: 'ann' });
    const ways: Dial[] = [
      bearing(token),
      { headers: { authorization: `Bearer ${token}` } },
      { headers: { cookie: `session=${token}`, origin: ORIGIN } },
    ];
    for (const way of ways) {
      expect((await first(connect(way).client, '{ me }')).data).toEqual({ me: 'ann' });
    }
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'auth.authenticated',
        handler: 'GraphqlConnections.onConnect',
      }),
    );
  });

  it('are closed without a good credential, and the reason says why', async () => {
    const token = await issuer.token({ sub: 'ann' });
    const expired = await issuer.token({ exp: Math.floor(issuer.clock() / 1000) - 600 });
    const cookie = `session=${token}`;
    const authorization = `Bearer ${token}`;
    const table: [Dial, Closed][] = [
      [{}, { code: 4401, reason: 'missing_credentials' }],
      [{ connectionParams: { token } }, { code: 4401, reason: 'missing_credentials' }],
      [bearing('a.b.c'), { code: 4401, reason: 'token_malformed' }],
      [bearing(expired), { code: 4401, reason: 'token_expired' }],
      [
        { headers: { cookie, origin: 'https://evil.example' } },
        { code: 4403, reason: 'cross_site_request' },
      ],
      [
        { ...bearing(token), headers: { authorization } },
        { code: 4400, reason: 'invalid_request' },
      ],
    ];
    for (const [dialled, closed] of table) {
      expect(await connect(dialled).closed).toEqual(closed);
    }
    expect(events.filter(({ type }) => type === 'auth.denied')).toHaveLength(6);
    expect(events[0]).toMatchObject({
      type: 'auth.denied',
      handler: 'GraphqlConnections.onConnect',
      requestId: expect.stringMatching(/^[\w-]{36}$/) as unknown,
    });
    expect(ended()).toEqual([]);
  });

  it('are closed with 4503 while nobody can tell', async () => {
    const list = {
      isRevoked: (): boolean => {
        throw new Error('It is down');
      },
    };
    const other = await started({}, { revocation: list });
    const { closed } = connect(bearing(await issuer.token({ sub: 'ann' })), other);
    expect(await closed).toEqual({ code: 4503, reason: 'auth_unavailable' });
    await other.close();
  });

  it('may be anonymous, or made with other credentials, where the options say so', async () => {
    const other = await started({ allowAnonymous: true, accepts: ['jwt', 'apiKey'] });
    const nobody = connect({}, other);
    expect((await first(nobody.client, '{ hello }')).data).toEqual({ hello: 'hello' });
    expect((await first(nobody.client, '{ me }')).errors).toHaveLength(1);
    expect((await first(nobody.client, '{ hello }')).data).toEqual({ hello: 'hello' });
    const machine = connect({ headers: { 'x-api-key': 'good-key' } }, other);
    expect((await first(machine.client, '{ hello }')).data).toEqual({ hello: 'hello' });
    expect(await connect({ headers: { 'x-api-key': 'bad' } }, other).closed).toMatchObject({
      reason: 'invalid_api_key',
    });
    expect(await connect(bearing('a.b.c'), other).closed).toMatchObject({ code: 4401 });
    await other.close();
  });

  it('are closed at expiry, though nothing is sent', async () => {
    const quiet = connect(bearing(await issuer.token({ sub: 'ann' }, { lifetimeSeconds: 2 })));
    const stays = connect(bearing(await issuer.token({ sub: 'ann' })));
    await first(stays.client, '{ hello }');
    expect(await quiet.closed).toEqual({ code: 4401, reason: 'token_expired' });
    expect((await first(stays.client, '{ hello }')).data).toEqual({ hello: 'hello' });
    expect(ended()).toMatchObject([
      {
        transport: 'graphql',
        handler: 'GraphqlConnections.onConnect',
        reason: 'token_expired',
        subject: 'ann',
      },
    ]);
  });

  it('are closed on revocation here, with all their subscriptions', async () => {
    const { issuer: name } = issuer;
    const gone = connect(bearing(await issuer.token({ sub: 'ann', jti: 'gone' })));
    const stays = connect(bearing(await issuer.token({ sub: 'ann', jti: 'stays' })));
    const all = [new Listener(gone.client, 'news'), new Listener(gone.client, 'chosen')];
    const other = new Listener(stays.client, 'news');
    await until(() => feeds.listening === 3);
    await revocation.revokeToken({ issuer: name, tokenId: 'gone' });
    expect(await gone.closed).toEqual({ code: 4401, reason: 'invalid_token' });
    await until(() => feeds.listening === 1);
    feeds.publish('new');
    expect(await other.told(1)).toEqual(['new']);
    expect(all.flatMap(({ values }) => values)).toEqual([]);
    const told = ended().map((each) => 'handler' in each && each.handler);
    expect(told.sort()).toEqual([
      'FeedsResolver.chosen',
      'FeedsResolver.news',
      'GraphqlConnections.onConnect',
    ]);
    expect(ended().every((each) => 'reason' in each && each.reason === 'token_revoked')).toBe(true);
  });

  it('are closed by disconnect', async () => {
    const auth = api.app.get(AuthService);
    const open = async (sub: string, sid: string): Promise<ReturnType<typeof connect>> => {
      const connection = connect(bearing(await issuer.token({ sub, sid, jti: `of ${sid}` })));
      await first(connection.client, '{ hello }');
      return connection;
    };
    const [one, two, bob] = [
      await open('ann', 's0'),
      await open('ann', 's1'),
      await open('bob', 's2'),
    ];
    const elsewhere = { subject: 'ann', issuer: 'https://other.example' };
    expect(auth.disconnect(elsewhere)).toBe(0);
    expect(() => auth.disconnect({ issuer: issuer.issuer })).toThrow(TypeError);
    expect(auth.disconnect({ sessionId: 's0', issuer: issuer.issuer })).toBe(1);
    expect(await one.closed).toEqual({ code: 4401, reason: 'invalid_token' });
    expect(auth.disconnect({ subject: 'ann' })).toBe(1);
    expect(await two.closed).toMatchObject({ code: 4401 });
    expect((await first(bob.client, '{ hello }')).data).toEqual({ hello: 'hello' });
    expect(auth.disconnect({ tokenId: 'of s2' })).toBe(1);
    expect(await bob.closed).toMatchObject({ code: 4401 });
    expect(auth.disconnect({ subject: 'ann' })).toBe(0);
  });

  it('leave nothing behind when clients go by themselves', async () => {
    const token = await issuer.token({ sub: 'passer-by' });
    for (let count = 0; count < 20; count += 1) {
      const client = dial(api, bearing(token));
      const listener = new Listener(client, 'news');
      await until(() => feeds.listening === 1);
      listener.stop();
      await client.dispose();
      await until(() => feeds.listening === 0);
    }
    await until(() => [...api.app.get(LastingCalls, { strict: false })].length === 0);
    expect(ended()).toEqual([]);
  });

  it("are refused by the application's own function as well", async () => {
    const other = await started({}, {}, (parameters) =>
      Promise.resolve((parameters as { readonly plan?: unknown }).plan === 'paid'),
    );
    const authorization = `Bearer ${await issuer.token({ sub: 'own' })}`;
    const paid = connect({ connectionParams: { authorization, plan: 'paid' } }, other);
    expect((await first(paid.client, '{ me }')).data).toEqual({ me: 'own' });
    const free = connect({ connectionParams: { authorization, plan: 'free' } }, other);
    // Mercurius names no code.
    expect((await free.closed).code).toBe(server === 'Mercurius' ? 1005 : 4403);
    const bad = connect({ connectionParams: { authorization: 'Bearer x', plan: 'paid' } }, other);
    expect(await bad.closed).toMatchObject({ code: 4401, reason: 'token_malformed' });
    const kept = [...other.app.get(LastingCalls, { strict: false })];
    expect(kept.map(({ handler }) => handler)).toEqual(['GraphqlConnections.onConnect']);
    await other.close();
  });

  it('are refused where nobody tells which socket it is', async () => {
    const connections = api.app.get(GraphqlConnections);
    const authorization = `Bearer ${await issuer.token({ sub: 'ann' })}`;
    const { onMercuriusConnect } = connections;
    expect(await onMercuriusConnect({ payload: { authorization } })).toBe(false);
    const forged = { socket: { readyState: 1 }, request: { headers: { authorization } } };
    expect(await connections.onConnect({ extra: forged })).toBe(false);
  });

  it('cannot become those of somebody else', async () => {
    const [ann, bob] = [await issuer.token({ sub: 'ann' }), await issuer.token({ sub: 'bob' })];
    const socket = new WebSocket(`ws://127.0.0.1:${api.port}/graphql`, 'graphql-transport-ws');
    const messages: string[] = [];
    socket.on('message', (data) => messages.push((data as Buffer).toString()));
    await new Promise((resolve) => socket.once('open', resolve));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const init = (token: string): void => {
      const payload = { authorization: `Bearer ${token}` };
      socket.send(JSON.stringify({ type: 'connection_init', payload }));
    };
    init(ann);
    await until(() => messages.length === 1);
    init(bob);
    await closed;
    expect(messages.filter((each) => each.includes('connection_ack'))).toHaveLength(1);
  });
});
