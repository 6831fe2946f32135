import { AuthReport, AuthService, type RevocableCredential } from '../../../lib/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { webSockets, WebSocketSessions } from '../../../lib/transports/ws/index.js';
import type { RunningApplication } from '../http/application.js';
import { chatGateways, type Backstage } from './chat-gateways.js';
import { connect, LIBRARIES, startSockets, type Client, type Presentation } from './sockets.js';

describe.each(LIBRARIES)('sockets of %s', (library) => {
  let issuer: TestIssuer;
  let api: RunningApplication;
  let ahead: number;
  let tokens: number;
  const revoked = new Set<string | undefined>();
  const clients: Client[] = [];
  const backstage: Backstage = {
    connected: [],
    gone: [],
    events: [],
    release: () => undefined,
    released: Promise.resolve(),
  };

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    api = await startSockets(library, {
      providers: [...chatGateways(library, backstage), WebSocketSessions],
      auth: {
        issuers: [issuer.options({ claims: { roles: 'roles', organizationId: 'org' } })],
        transports: [webSockets()],
        cookie: { name: 'token' },
        trustedOrigins: ['https://app.example.com'],
        impersonation: 'read-only',
        revocation: { isRevoked: ({ tokenId }: RevocableCredential) => revoked.has(tokenId) },
        clock: () => Date.now() + ahead,
        onEvent: (event) => {
          backstage.events.push(event);
        },
      },
    });
  });

  beforeEach(() => {
    ahead = 0;
    backstage.connected = [];
    backstage.gone = [];
    backstage.events = [];
    backstage.released = new Promise((resolve) => {
      backstage.release = resolve;
    });
  });

  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });

  afterAll(async () => {
    await api.close();
    await issuer.close();
  });

  ahead = 0;
  tokens = 0;

  function tokenOf(claims: Readonly<Record<string, unknown>> = {}): Promise<string> {
    tokens += 1;
    return issuer.token({ sub: 'ann', org: 'acme', jti: `t${tokens}`, ...claims });
  }

  function open(path: string, presentation?: Presentation): Client {
    const client = connect(library, api, path, presentation);
    clients.push(client);
    return client;
  }

  const bearing = (token: string): Presentation => ({
    headers: { authorization: `Bearer ${token}` },
  });

  async function ask(client: Client, event: string, data: object = {}): Promise<object> {
    client.send(event, data);
    return (await client.next()).data as object;
  }

  /** Why a socket was refused or closed, in the words of either library. */
  async function ending(client: Client): Promise<unknown> {
    const first = await client.next();
    if (library === 'ws') {
      expect(first.event).toBe('closed');
      return (first.data as { reason: string }).reason;
    }
    const { code } = first.data as { code: string };
    if (first.event === 'refused') return code;
    expect(first.event).toBe('exception');
    expect(await client.next()).toEqual({ event: 'closed', data: 'io server disconnect' });
    return code;
  }

  it('who it is, is known in handleConnection, in each message and in handleDisconnect', async () => {
    const client = open('/chat', bearing(await tokenOf({ jti: 'first' })));
    const first = await ask(client, 'who');
    expect(first).toMatchObject({ subject: 'ann', organization: 'acme', tokenId: 'first' });
    const second = (await ask(client, 'who')) as { requestId: string };
    expect(second.requestId).toMatch(/^[\da-f-]{36}$/);
    expect((first as typeof second).requestId).not.toBe(second.requestId);
    expect(backstage.connected).toEqual([
      { subject: 'ann', requestId: expect.any(String) as unknown },
    ]);
    const ends = backstage.events.filter(({ type }) => type === 'auth.authenticated');
    expect(ends.map((each) => 'handler' in each && each.handler)).toEqual([
      'ChatGateway.handleConnection',
      'ChatGateway.who',
      'ChatGateway.who',
    ]);
    client.close();
    while (backstage.gone.length === 0) await new Promise(setImmediate);
    expect(backstage.gone).toEqual(['ann']);
  });

  it('nobody is told of a client that is refused, and of a refusal there is an event with an id', async () => {
    expect(await ending(open('/chat'))).toBe('missing_credentials');
    expect(backstage.connected).toEqual([]);
    expect(backstage.events).toMatchObject([
      {
        type: 'auth.denied',
        handler: 'ChatGateway.handleConnection',
        requestId: expect.any(String) as unknown,
      },
    ]);
  });

  it('what a class requires holds for connecting to it', async () => {
    expect(await ending(open('/admin', bearing(await tokenOf())))).toBe('forbidden');
    const admin = open('/admin', bearing(await tokenOf({ sub: 'root', roles: ['admin'] })));
    expect(await ask(admin, 'who')).toEqual({ subject: 'root' });
  });

  it('a refused message is answered without what was sent, and has an event with an id', async () => {
    const client = open('/chat', bearing(await tokenOf()));
    const secret = { authorization: 'Bearer secret-in-payload' };
    const refusal = await ask(client, 'admins', { headers: secret, token: 'secret-in-payload' });
    expect(refusal).toMatchObject({ statusCode: 403, code: 'forbidden' });
    expect(JSON.stringify(refusal)).not.toContain('secret');
    expect(backstage.events.at(-1)).toMatchObject({
      type: 'auth.denied',
      handler: 'ChatGateway.admins',
      reason: 'insufficient_role',
      requestId: expect.stringMatching(/^[\da-f-]{36}$/) as unknown,
    });
  });

  it('what is sent at once, while keys are fetched, is handled, and no sooner', async () => {
    await issuer.rotate({ withdraw: true });
    const client = open('/chat', bearing(await tokenOf()));
    client.send('who', {});
    client.send('who', {});
    const both = [await client.next(), await client.next()];
    expect(both).toMatchObject([{ data: { subject: 'ann' } }, { data: { subject: 'ann' } }]);
    expect(backstage.connected).toHaveLength(1);
  });

  it('the query holds no credential', async () => {
    const path = library === 'ws' ? '/chat?token=' : '/chat?access_token=';
    const client = open(`${path}${await tokenOf()}`);
    expect(await ending(client)).toBe('missing_credentials');
  });

  it('two credentials are one too many', async () => {
    const [one, other] = [await tokenOf(), await tokenOf()];
    const more = library === 'ws' ? { protocols: ['bearer', other] } : { auth: { token: other } };
    expect(await ending(open('/chat', { ...bearing(one), ...more }))).toBe('invalid_request');
  });

  it('a token beside the headers counts as one', async () => {
    const token = await tokenOf();
    const presentation = library === 'ws' ? { protocols: ['bearer', token] } : { auth: { token } };
    expect(await ask(open('/chat', presentation), 'who')).toMatchObject({ subject: 'ann' });
    const wrong = library === 'ws' ? { protocols: ['bearer', 'no'] } : { auth: { token: 'no' } };
    expect(await ending(open('/chat', wrong))).toBe('token_malformed');
  });

  it('a cookie counts with its own origin or a trusted one, and with no other', async () => {
    const cookie = `token=${await tokenOf()}`;
    const from = (origin?: string): Client =>
      open('/chat', { headers: { cookie, ...(origin !== undefined && { origin }) } });
    for (const origin of ['https://app.example.com', `http://127.0.0.1:${api.port}`]) {
      expect(await ask(from(origin), 'who')).toMatchObject({ subject: 'ann' });
    }
    for (const origin of ['https://evil.example.com', undefined]) {
      expect(await ending(from(origin))).toBe('cross_site_request');
    }
  });

  it('at exp the socket is closed', async () => {
    const exp = Math.floor(Date.now() / 1000) + 600;
    const token = await tokenOf({ exp });
    ahead = exp * 1000 - Date.now() - 150;
    const client = open('/chat', bearing(token));
    expect(await ask(client, 'who')).toMatchObject({ subject: 'ann' });
    expect(await ending(client)).toBe('token_expired');
  });

  it('after exp nobody connects, or goes on, within what clocks may differ', async () => {
    const exp = Math.floor(Date.now() / 1000) + 600;
    const token = await tokenOf({ exp });
    const client = open('/chat', bearing(await tokenOf({ exp: exp + 600, jti: 'kept' })));
    ahead = exp * 1000 - Date.now() + 2000;
    expect(await ask(client, 'renew', { token })).toMatchObject({ code: 'token_expired' });
    expect(await ask(client, 'who')).toMatchObject({ tokenId: 'kept' });
    backstage.events = [];
    expect(await ending(open('/chat', bearing(token)))).toBe('token_expired');
    expect(backstage.connected).toHaveLength(1);
    expect(backstage.events.filter(({ type }) => type === 'auth.denied')).toMatchObject([
      { handler: 'ChatGateway.handleConnection', reason: 'token_expired' },
    ]);
  });

  it('a revocation is seen at the next message, which is refused, and ends the session', async () => {
    const client = open('/chat', bearing(await tokenOf({ jti: 'leaked' })));
    expect(await ask(client, 'who')).toMatchObject({ subject: 'ann' });
    revoked.add('leaked');
    expect(await ask(client, 'who')).toMatchObject({ statusCode: 401, code: 'invalid_token' });
    expect(await ending(client)).toBe('invalid_token');
  });

  it.each(['subject', 'sessionId', 'tokenId'] as const)(
    'sockets are closed by %s, and others are not',
    async (by) => {
      const named = { subject: 'bob', sessionId: 's-bob', tokenId: 't-bob' };
      const theirs = open(
        '/chat',
        bearing(await tokenOf({ sub: 'bob', sid: 's-bob', jti: 't-bob' })),
      );
      const other = open('/chat', bearing(await tokenOf()));
      await Promise.all([ask(theirs, 'who'), ask(other, 'who')]);
      const auth = api.app.get(AuthService);
      expect(auth.disconnect({ [by]: named[by], issuer: 'https://else.example' })).toBe(0);
      expect(auth.disconnect({ [by]: named[by], issuer: issuer.issuer })).toBe(1);
      expect(await ending(theirs)).toBe('invalid_token');
      expect(await ask(other, 'who')).toMatchObject({ subject: 'ann' });
    },
  );

  it('to close the sockets of nobody in particular is refused', () => {
    const auth = api.app.get(AuthService);
    expect(() => auth.disconnect({})).toThrow(TypeError);
    expect(() => auth.disconnect({ issuer: issuer.issuer })).toThrow(TypeError);
    expect(() => auth.disconnect({ user: 'ann' } as never)).toThrow(TypeError);
  });

  it('a new token takes the place of the old one, but not in messages under way', async () => {
    const client = open('/chat', bearing(await tokenOf({ jti: 'old' })));
    client.send('slow', {});
    const renewed = await ask(client, 'renew', { token: await tokenOf({ jti: 'new' }) });
    expect(renewed).toEqual({ renewed: 'ann' });
    revoked.add('old');
    expect(await ask(client, 'release')).toEqual({ released: 'new' });
    expect((await client.next()).data).toEqual({ tokenId: 'old', now: 'old' });
    expect(await ask(client, 'who')).toMatchObject({ tokenId: 'new' });
  });

  it('a new token is good beyond the expiry of the old one', async () => {
    const exp = Math.floor(Date.now() / 1000) + 600;
    const [old, next] = [await tokenOf({ exp }), await tokenOf({ exp: exp + 600 })];
    ahead = exp * 1000 - Date.now() - 150;
    const client = open('/chat', bearing(old));
    expect(await ask(client, 'renew', { token: next })).toEqual({ renewed: 'ann' });
    ahead += 60_000;
    expect(await ask(client, 'who')).toMatchObject({ subject: 'ann' });
  });

  it.each([
    ['of another subject', { sub: 'bob' }, 'forbidden'],
    ['in another organization', { org: 'other' }, 'forbidden'],
    ['that is expired', { exp: 1_600_000_000, iat: 1_500_000_000 }, 'token_expired'],
  ])('a token %s takes no place, and the socket is as before', async (_, claims, code) => {
    const client = open('/chat', bearing(await tokenOf({ jti: 'kept' })));
    expect(await ask(client, 'renew', { token: await tokenOf(claims) })).toMatchObject({ code });
    expect(await ask(client, 'who')).toMatchObject({ subject: 'ann', tokenId: 'kept' });
  });

  it('who may connect as nobody signs in later, as whomever, once', async () => {
    const client = open('/lobby');
    expect(await ask(client, 'who')).toMatchObject({ code: 'missing_credentials' });
    expect(await ask(client, 'sign-in', { token: 'no' })).toMatchObject({
      code: 'token_malformed',
    });
    expect(await ask(client, 'sign-in', { token: await tokenOf() })).toEqual({ subject: 'ann' });
    expect(await ask(client, 'who')).toEqual({ subject: 'ann', principalOf: 'ann' });
    const bob = await tokenOf({ sub: 'bob' });
    expect(await ask(client, 'sign-in', { token: bob })).toMatchObject({ code: 'forbidden' });
  });

  it('a socket that connected as whomever is its sender’s from the first message that asks', async () => {
    const client = open('/lobby', bearing(await tokenOf({ sub: 'cat' })));
    await ask(client, 'who');
    expect(await ask(client, 'who')).toEqual({ subject: 'cat', principalOf: 'cat' });
    expect(api.app.get(AuthService).disconnect({ subject: 'cat' })).toBe(1);
    expect(await ending(client)).toBe('invalid_token');
  });

  it('who acts as somebody does not connect where that may only read: nobody can tell what a message does', async () => {
    const client = open('/chat', bearing(await tokenOf({ act: { sub: 'support' } })));
    expect(await ending(client)).toBe('forbidden');
  });

  it('two at once on one socket, and sockets beside each other, are not mixed up', async () => {
    const [ann, bob] = await Promise.all(
      ['ann', 'bob'].map(async (sub) => open('/chat', bearing(await tokenOf({ sub })))),
    );
    const subjects = async (client: Client | undefined): Promise<unknown[]> => {
      for (let sent = 0; sent < 3; sent += 1) client?.send('who', {});
      const all = [await client?.next(), await client?.next(), await client?.next()];
      return all.map((each) => (each?.data as { subject: string }).subject);
    };
    expect(await Promise.all([subjects(ann), subjects(bob)])).toEqual([
      ['ann', 'ann', 'ann'],
      ['bob', 'bob', 'bob'],
    ]);
  });

  it('the report lists the handlers of messages', () => {
    const routes = api.app.get(AuthReport).routes();
    const admins = routes.find(({ handler }) => handler === 'admins');
    expect(admins).toMatchObject({
      transport: 'ws',
      path: 'admins',
      policy: 'role admin; not impersonated',
    });
  });
});
