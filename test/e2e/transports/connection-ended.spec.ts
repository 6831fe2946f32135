import { setTimeout as pause } from 'node:timers/promises';
import {
  AuthService,
  MemoryKeyValueStore,
  RevocationList,
  type AuthEvent,
  type ConnectionEndedEvent,
} from '../../../lib/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { LastingCalls } from '../../../lib/transports/lasting-calls.js';
import { webSockets, WebSocketSessions } from '../../../lib/transports/ws/index.js';
import type { RunningApplication } from '../http/application.js';
import { chatGateways, type Backstage } from './chat-gateways.js';
import { connect, LIBRARIES, startSockets, type Client, type Received } from './sockets.js';

const MANY = 1000;
const AT_A_TIME = 50;

/** Until what is to happen has happened; who waits for ever is ended by the runner. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(5);
}

describe.each(LIBRARIES)('a socket of %s that is ended', (library) => {
  let issuer: TestIssuer;
  let api: RunningApplication;
  let list: RevocationList;
  let elsewhere: RevocationList;
  let ahead = 0;
  let told: (event: ConnectionEndedEvent) => void;
  let ended: ConnectionEndedEvent[] = [];
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
    const store = new MemoryKeyValueStore();
    list = new RevocationList({ store });
    elsewhere = new RevocationList({ store });
    api = await startSockets(library, {
      providers: [...chatGateways(library, backstage), WebSocketSessions],
      auth: {
        issuers: [issuer.options({ claims: { roles: 'roles', organizationId: 'org' } })],
        transports: [webSockets()],
        revocation: list,
        clock: () => Date.now() + ahead,
        onEvent: (event: AuthEvent) => {
          backstage.events.push(event);
          if (event.type === 'connection.ended') told(event);
        },
      },
    });
  });

  beforeEach(() => {
    ahead = 0;
    ended = [];
    told = (event) => ended.push(event);
    backstage.connected = [];
    backstage.gone = [];
    backstage.events = [];
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await until(() => kept() === 0);
  });

  afterAll(async () => {
    await api.close();
    await issuer.close();
  });

  const kept = (): number => [...api.app.get(LastingCalls)].length;

  const tokenOf = (claims: Readonly<Record<string, unknown>>): Promise<string> =>
    issuer.token({ org: 'acme', ...claims });

  function connecting(token: string, path = '/chat'): Client {
    const client = connect(library, api, path, { headers: { authorization: `Bearer ${token}` } });
    clients.push(client);
    return client;
  }

  /** One that is connected, and has sent nothing. */
  async function quiet(claims: Readonly<Record<string, unknown>>): Promise<Client> {
    const before = backstage.connected.length;
    const client = connecting(await tokenOf(claims));
    await until(() => backstage.connected.length > before);
    return client;
  }

  async function ask(client: Client, event: string, data: object = {}): Promise<unknown> {
    client.send(event, data);
    return (await client.next()).data;
  }

  const isOpen = async (client: Client, subject: string): Promise<void> => {
    expect(await ask(client, 'who')).toMatchObject({ subject });
  };

  /** What a client is told at the end, and no more. */
  async function expectEnd(client: Client, code: string): Promise<void> {
    const closed: Received =
      library === 'ws'
        ? { event: 'closed', data: { code: 4401, reason: code } }
        : { event: 'closed', data: 'io server disconnect' };
    const first = await client.next();
    if (library === 'ws') {
      expect(first).toEqual(closed);
      return;
    }
    expect(first).toMatchObject({ event: 'exception', data: { statusCode: 401, code } });
    expect(await client.next()).toEqual(closed);
  }

  const eventOf = (facts: object): object => ({
    type: 'connection.ended',
    transport: 'ws',
    handler: 'ChatGateway.handleConnection',
    route: undefined,
    requestId: expect.stringMatching(/^[\da-f-]{36}$/) as unknown,
    milliseconds: expect.any(Number) as unknown,
    ...{ organizationId: 'acme', sessionId: undefined },
    ...facts,
  });

  const REVOKED = { code: 'invalid_token', reason: 'token_revoked' };

  it.each(['revokeToken', 'revokeSession', 'revokeSubject'] as const)(
    'by %s hears so without having sent anything, and no other',
    async (how) => {
      const [subject, tokenId, sessionId] = [`bob of ${how}`, `t-${how}`, `s-${how}`];
      const theirs = await quiet({ sub: subject, jti: tokenId, sid: sessionId });
      const other = await quiet({ sub: 'ann' });
      await list[how]({ issuer: issuer.issuer, ...{ subject, tokenId, sessionId } });
      await expectEnd(theirs, 'invalid_token');
      await isOpen(other, 'ann');
      const principal = expect.objectContaining({ subject, kind: 'user' }) as unknown;
      expect(ended).toEqual([eventOf({ ...REVOKED, subject, sessionId, principal })]);
      expect(ended[0]?.milliseconds).toBeGreaterThan(0);
      await until(() => backstage.gone.includes(subject));
    },
  );

  it('is not, where its token was issued since the moment up to which its subject is revoked, or elsewhere', async () => {
    const now = Math.floor(Date.now() / 1000);
    const old = await quiet({ sub: 'cat', iat: now - 100 });
    const recent = await quiet({ sub: 'cat', iat: now - 10 });
    const subject = { issuer: issuer.issuer, subject: 'cat' };
    await list.revokeSubject({ issuer: 'https://elsewhere.test/', subject: 'cat' });
    await list.revokeSubject({ ...subject, issuedBefore: now - 200 });
    await isOpen(old, 'cat');
    await list.revokeSubject({ ...subject, issuedBefore: now - 50 });
    await expectEnd(old, 'invalid_token');
    await isOpen(recent, 'cat');
    expect(ended).toHaveLength(1);
  });

  it('at expiry is told of once', async () => {
    const exp = Math.floor(Date.now() / 1000) + 600;
    const token = await tokenOf({ sub: 'dan', exp });
    ahead = exp * 1000 - Date.now() - 2000;
    const client = connecting(token);
    await until(() => backstage.connected.length === 1);
    await expectEnd(client, 'token_expired');
    expect(ended).toMatchObject([
      eventOf({ code: 'token_expired', reason: 'token_expired', subject: 'dan' }),
    ]);
  });

  it('by a message that finds it revoked elsewhere is told of once, beside the refusal', async () => {
    const client = await quiet({ sub: 'eve', jti: 'elsewhere' });
    await elsewhere.revokeToken({ issuer: issuer.issuer, tokenId: 'elsewhere' });
    client.send('who', {});
    client.send('who', {});
    expect(await client.next()).toMatchObject({ event: 'exception', data: { statusCode: 401 } });
    await until(() => backstage.gone.includes('eve'));
    expect(ended).toMatchObject([eventOf({ ...REVOKED, subject: 'eve' })]);
    const denied = backstage.events.filter(({ type }) => type === 'auth.denied');
    expect(denied.length).toBeGreaterThan(0);
  });

  it('by disconnect() is told of once, though it is called twice', async () => {
    const client = await quiet({ sub: 'fay', sid: 'evening' });
    const auth = api.app.get(AuthService);
    expect(auth.disconnect({ sessionId: 'evening' })).toBe(1);
    expect(auth.disconnect({ sessionId: 'evening' })).toBe(0);
    await expectEnd(client, 'invalid_token');
    expect(ended).toMatchObject([eventOf({ ...REVOKED, subject: 'fay', sessionId: 'evening' })]);
  });

  it('by its client is told of by nobody, nor is one that is refused', async () => {
    const client = await quiet({ sub: 'gil' });
    client.close();
    await until(() => backstage.gone.includes('gil') && kept() === 0);
    await connecting('no').next();
    await until(() => kept() === 0);
    await list.revokeSubject({ issuer: issuer.issuer, subject: 'gil' });
    expect(ended).toEqual([]);
  });

  it('is ended, with all the others, though whoever is told fails', async () => {
    let calls = 0;
    told = () => {
      calls += 1;
      throw new Error('audit store down');
    };
    const both = [await quiet({ sub: 'hal' }), await quiet({ sub: 'hal' })];
    await list.revokeSubject({ issuer: issuer.issuer, subject: 'hal' });
    for (const client of both) await expectEnd(client, 'invalid_token');
    expect(calls).toBe(2);
    await isOpen(await quiet({ sub: 'ida' }), 'ida');
  });

  it('goes by the credential that counts: a new token, once it is presented', async () => {
    const client = await quiet({ sub: 'joe', jti: 'joe-old' });
    const token = await tokenOf({ sub: 'joe', jti: 'joe-new' });
    expect(await ask(client, 'renew', { token })).toEqual({ renewed: 'joe' });
    await list.revokeToken({ issuer: issuer.issuer, tokenId: 'joe-old' });
    await isOpen(client, 'joe');
    expect(ended).toEqual([]);
    await list.revokeToken({ issuer: issuer.issuer, tokenId: 'joe-new' });
    await expectEnd(client, 'invalid_token');
    expect(ended).toHaveLength(1);
  });

  it('that anybody may open is somebody’s once it signed in, and its refusals name its gateway', async () => {
    const client = connect(library, api, '/lobby');
    clients.push(client);
    expect(await ask(client, 'sign-in', { token: 'no' })).toMatchObject({ statusCode: 401 });
    expect(backstage.events.at(-1)).toMatchObject({
      type: 'auth.denied',
      handler: 'LobbyGateway.reauthenticate',
      reason: 'token_malformed',
    });
    const token = await tokenOf({ sub: 'kim' });
    expect(await ask(client, 'sign-in', { token })).toEqual({ subject: 'kim' });
    const other = await tokenOf({ sub: 'lea' });
    expect(await ask(client, 'sign-in', { token: other })).toMatchObject({ code: 'forbidden' });
    expect(backstage.events.at(-1)).toMatchObject({
      type: 'auth.denied',
      handler: 'LobbyGateway.reauthenticate',
      reason: 'policy_denied',
    });
    await list.revokeSubject({ issuer: issuer.issuer, subject: 'kim' });
    await expectEnd(client, 'invalid_token');
    const handler = 'LobbyGateway.handleConnection';
    expect(ended).toMatchObject([eventOf({ ...REVOKED, subject: 'kim', handler })]);
  });

  it(`of ${MANY} that come and go, nothing is left`, async () => {
    const token = await tokenOf({ sub: 'mae' });
    for (let gone = 0; gone < MANY; gone += AT_A_TIME) {
      const some = Array.from({ length: AT_A_TIME }, () => connecting(token));
      await until(() => backstage.connected.length === gone + AT_A_TIME);
      expect(kept()).toBe(AT_A_TIME);
      for (const each of some) each.close();
      await until(() => kept() === 0);
    }
    expect(ended).toEqual([]);
  });
});
