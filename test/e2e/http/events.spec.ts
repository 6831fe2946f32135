import { inspect } from 'node:util';
import { Injectable, type INestApplication } from '@nestjs/common';
import {
  apiKey,
  ApiKeys,
  AuthConfigurationError,
  basic,
  MemoryApiKeyStore,
  MemoryKeyValueStore,
  RevocationList,
  type AuthEvent,
  type AuthEventSubscriber,
  type AuthModuleOptions,
} from '../../../lib/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { TokenServer } from '../../outbound/token-server.js';
import { ADAPTERS, get, start, type Adapter, type RunningApplication } from './application.js';
import { EventsApi, Failing, Never } from './events-api.js';

const GRANTED = 'a-token-that-was-granted';
const CLIENT_SECRET = 'client-secret-of-the-api';
const PEPPER = 'a pepper that is longer than 32 bytes altogether';
const PASSWORD = 'correct horse battery';

/** An application in which everything can happen of which an event tells. */
class Stage {
  readonly events: AuthEvent[] = [];
  readonly store = new MemoryApiKeyStore();
  readonly keys = new ApiKeys({ prefix: 'acme_live', store: this.store, pepper: PEPPER });
  readonly revocations = new RevocationList({ store: new MemoryKeyValueStore() });

  constructor(
    readonly issuer: TestIssuer,
    readonly tokens: TokenServer,
  ) {}

  boot(
    adapter: Adapter,
    more: Partial<AuthModuleOptions> = {},
    configure: (app: INestApplication) => void = () => undefined,
  ): Promise<RunningApplication> {
    const { keys, revocations } = this;
    return start(adapter, {
      controllers: [EventsApi],
      providers: [
        ...[Never, Failing],
        { provide: ApiKeys, useValue: keys },
        { provide: RevocationList, useValue: revocations },
      ],
      configure,
      auth: {
        issuers: [this.issuer.options()],
        credentials: [
          apiKey({ keys }),
          basic({ verify: (_, password) => (password === PASSWORD ? { subject: 'bob' } : null) }),
        ],
        revocation: revocations,
        services: { billing: this.#service(this.tokens.url.href), down: this.#service(DOWN) },
        onEvent: (event) => void this.events.push(event),
        ...more,
      },
    });
  }

  #service(tokenEndpoint: string): object {
    return { tokenEndpoint, clientId: 'orders', clientSecret: CLIENT_SECRET };
  }
}

/** Nobody listens there. */
const DOWN = 'http://127.0.0.1:1/token';

describe.each(ADAPTERS)('what events tell, on %s', (adapter) => {
  let stage: Stage;
  let api: RunningApplication;

  beforeAll(async () => {
    const issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    stage = new Stage(issuer, await TokenServer.start());
    stage.tokens.behaviour = { access_token: GRANTED, token_type: 'Bearer', expires_in: 600 };
    api = await stage.boot(adapter);
  });

  beforeEach(() => {
    stage.events.length = 0;
  });

  afterAll(async () => {
    await api.close();
    await stage.tokens.close();
    await stage.issuer.close();
  });

  const ann = (claims: object = {}): Promise<string> =>
    stage.issuer.token({ sub: 'ann', org_id: 'acme', sid: 'session-1', ...claims });

  const send = async (
    path: string,
    token: string,
    headers: object = {},
  ): Promise<Record<string, string>> => {
    const authorization = `Bearer ${token}`;
    const init = { method: 'POST', headers: { authorization, ...headers } };
    return (await (await fetch(`${api.url}/orders/${path}`, init)).json()) as Record<
      string,
      string
    >;
  };

  const ofRequests = (): AuthEvent[] => stage.events.filter(({ type }) => type.startsWith('auth.'));

  const CALLER = { subject: 'ann', organizationId: 'acme', sessionId: 'session-1' };
  const NOBODY = { subject: 'anonymous', organizationId: undefined, sessionId: undefined };

  it('C47: by which request, of whom, for which route, and how long it took', async () => {
    const token = await ann();
    const { headers } = await get(`${api.url}/orders/7?secret=x`, token);
    await send('7/lines/8', token);
    await get(`${api.url}/orders/optional/7`);
    await get(`${api.url}/orders/trial/7`, token);
    await get(`${api.url}/orders/failing/7`, token);
    const told = ofRequests();
    const [asked, in1, ...others] = [
      { type: 'auth.authenticated', handler: 'EventsApi.find', route: 'GET /orders/:id' },
      { type: 'auth.authenticated', route: 'POST /orders/:id/lines/:line' },
      { type: 'auth.denied', route: 'POST /orders/:id/lines/:line', reason: 'insufficient_role' },
    ];
    expect(told).toMatchObject([
      { ...asked, ...CALLER, requestId: headers.get('x-request-id') },
      { ...in1, ...CALLER },
      ...others.map((each) => ({ ...each, ...CALLER })),
      { type: 'auth.anonymous', route: 'GET /orders/optional/:id', ...NOBODY },
      { type: 'auth.authenticated', handler: 'EventsApi.trial', ...CALLER },
      { type: 'auth.would_deny', route: 'GET /orders/trial/:id', ...CALLER },
      { type: 'auth.authenticated', handler: 'EventsApi.failing', ...CALLER },
      { type: 'auth.unavailable', route: 'GET /orders/failing/:id', ...CALLER },
    ]);
    for (const event of told) {
      expect(event).toMatchObject({
        milliseconds: expect.any(Number) as number,
        requestId: expect.stringMatching(/^[\da-f-]{36}$/) as string,
      });
      const { milliseconds } = event as { milliseconds: number };
      expect(milliseconds >= 0 && milliseconds < 10_000).toBe(true);
    }
    expect(JSON.stringify(told.map((event) => 'route' in event && event.route))).not.toMatch(/7|8/);
  });

  it('K21: are counted by names that no client can make', async () => {
    const counted = new Map<string, number>();
    for (const path of ['7', '8', 'nobody/knows', 'trial/9'])
      await get(`${api.url}/orders/${path}`);
    await get(`${api.url}/orders/7`, `${await ann()}x`);
    for (const event of ofRequests()) {
      const reason = 'reason' in event ? event.reason : '';
      const name = `${event.type} ${reason} ${'route' in event ? String(event.route) : ''}`;
      counted.set(name, (counted.get(name) ?? 0) + 1);
    }
    expect(Object.fromEntries(counted)).toEqual({
      'auth.denied missing_credentials GET /orders/:id': 2,
      'auth.denied missing_credentials GET /orders/trial/:id': 1,
      'auth.denied token_malformed GET /orders/:id': 1,
    });
  });

  it('a route begins with the global prefix', async () => {
    const other = await stage.boot(adapter, {}, (app) => app.setGlobalPrefix('api/v1'));
    await get(`${other.url}/api/v1/orders/7`, await ann());
    expect(ofRequests()).toMatchObject([{ route: 'GET /api/v1/orders/:id' }]);
    await other.close();
  });

  it('what tokens say of their callers is on one line', async () => {
    const token = await ann({ sub: 'ann\r\nforged', sid: 'a\nb', org_id: `x${'y'.repeat(400)}` });
    await get(`${api.url}/orders/7`, token);
    const organizationId = expect.stringMatching(/^xy{238}…[\w-]{16}$/) as string;
    expect(ofRequests()).toMatchObject([
      { subject: 'ann\\u{d}\\u{a}forged', sessionId: 'a\\u{a}b', organizationId },
    ]);
  });

  it('nobody listens: no request is called anything', async () => {
    const other = await stage.boot(adapter, { onEvent: undefined as never });
    const { status, headers } = await get(`${other.url}/orders/7`, await ann());
    expect([status, headers.get('x-request-id')]).toEqual([200, null]);
    await other.close();
  });

  it('context: false leaves the request without a name, and tells the rest', async () => {
    const other = await stage.boot(adapter, { context: false });
    await get(`${other.url}/orders/7`, await ann());
    expect(ofRequests()).toMatchObject([
      { ...CALLER, requestId: undefined, route: 'GET /orders/:id' },
    ]);
    await other.close();
  });

  it('T17: keys that are made, rotated and revoked, tokens that are revoked, and who did it', async () => {
    const token = await ann();
    const first = await send('keys/robot', token, { 'x-request-id': 'audit-1234' });
    const second = await send(`keys/${String(first['id'])}/rotate`, token);
    await send(`keys/${String(second['id'])}/revoke`, token);
    await send('keys/nobody-knows/revoke', token);
    await send('revocations/urn:issuer', token);
    const by = { doneBy: 'ann', requestId: expect.any(String) as string };
    const told = stage.events.filter(({ type }) => /^(credential|revocation)\./.test(type));
    expect(told).toEqual([
      {
        ...{ type: 'credential.created', id: first['id'], subject: 'robot' },
        ...{ organizationId: 'acme', expiresAt: undefined, ...by, requestId: 'audit-1234' },
      },
      {
        ...{ type: 'credential.rotated', id: first['id'], successorId: second['id'] },
        ...{ subject: 'robot', organizationId: 'acme' },
        ...{ expiresAt: expect.any(Number) as number, ...by },
      },
      { type: 'credential.revoked', id: second['id'], ...by },
      { type: 'revocation.added', issuer: 'urn:issuer', tokenId: 'token-1', ...by },
      { type: 'revocation.added', issuer: 'urn:issuer', sessionId: 'session\\u{a}1', ...by },
      { type: 'revocation.added', issuer: 'urn:issuer', subject: 'bob', ...by },
    ]);
  });

  it('a key that is made outside of a request is made by nobody in particular', async () => {
    await stage.keys.create({ subject: 'job' });
    expect(stage.events).toMatchObject([
      { type: 'credential.created', subject: 'job', doneBy: undefined, requestId: undefined },
    ]);
  });

  it('an application that is closed is told no more', async () => {
    const seen: AuthEvent[] = [];
    const other = await stage.boot(adapter, { onEvent: (event) => void seen.push(event) });
    await stage.keys.create({ subject: 'job' });
    const told = (): number => seen.filter(({ type }) => type === 'credential.created').length;
    expect(told()).toBe(1);
    await other.close();
    await stage.keys.create({ subject: 'job' });
    expect(told()).toBe(1);
  });

  it('T17: a class that a module provides writes the audit', async () => {
    const audit: unknown[] = [];
    @Injectable()
    class Audit implements AuthEventSubscriber {
      onEvent(event: AuthEvent): void {
        if ('route' in event) audit.push([event.type, event.subject, event.route]);
      }
    }
    const other = await start(adapter, {
      controllers: [EventsApi],
      providers: [
        ...[Never, Failing, Audit],
        { provide: ApiKeys, useValue: stage.keys },
        { provide: RevocationList, useValue: stage.revocations },
      ],
      auth: { issuers: [stage.issuer.options()], onEvent: Audit },
    });
    await get(`${other.url}/orders/7`, await ann());
    expect(audit).toEqual([['auth.authenticated', 'ann', 'GET /orders/:id']]);
    await other.close();
    class Forgotten {
      onEvent(): void {
        // Nobody provides it.
      }
    }
    await expect(stage.boot(adapter, { onEvent: Forgotten })).rejects.toThrow(
      AuthConfigurationError,
    );
  });

  it('C48: no event of any kind holds a credential', async () => {
    const token = await ann();
    const made = await send('keys/robot', token);
    const next = await send(`keys/${String(made['id'])}/rotate`, token);
    const [old, key] = [String(made['key']), String(next['key'])];
    const other = await stage.boot(adapter);
    const [wrong, mangled] = ['wrong-password-of-bob', `${token.slice(0, -9)}AAAAAAAAA`];
    const basicOf = (password: string): object => ({
      authorization: `Basic ${Buffer.from(`bob:${password}`).toString('base64')}`,
    });
    await get(`${other.url}/orders/7`, token);
    await get(`${other.url}/orders/7`, mangled);
    await get(`${other.url}/orders/optional/7`, mangled);
    for (const each of [key, old, `${key.slice(0, -3)}abc`]) {
      await get(`${other.url}/orders/7`, undefined, { 'x-api-key': each });
    }
    await get(`${other.url}/orders/claims/7`, undefined, { 'x-api-key': key });
    for (const password of [PASSWORD, wrong]) {
      await get(`${other.url}/orders/7`, undefined, basicOf(password) as Record<string, string>);
    }
    await get(`${other.url}/orders/trial/7`, token);
    await get(`${other.url}/orders/failing/7`, token);
    await send('calls/billing', token);
    await send('calls/down', token);
    await send(`keys/${String(next['id'])}/revoke`, token);
    await send('revocations/urn:issuer', token);
    await other.close();
    expect([...new Set(stage.events.map(({ type }) => type))].sort()).toEqual([
      ...['auth.anonymous', 'auth.authenticated', 'auth.denied', 'auth.unavailable'],
      ...['auth.would_deny', 'credential.created', 'credential.revoked', 'credential.rotated'],
      ...['keys.refreshed', 'revocation.added', 'token.failing', 'token.obtained'],
    ]);
    const hashes = [made, next].map(({ id = '' }) => stage.store.find(id)?.hash ?? 'none');
    const secrets = [
      ...[...token.split('.'), mangled.split('.')[2], key, old, ...hashes],
      ...[key, old].map((each) => each.slice(each.lastIndexOf('_') + 1)),
      ...[
        PASSWORD,
        wrong,
        PEPPER,
        CLIENT_SECRET,
        GRANTED,
        Buffer.from(`bob:${wrong}`).toString('base64'),
      ],
    ];
    const everything = { depth: Infinity, showHidden: true, maxStringLength: Infinity } as const;
    for (const event of stage.events) {
      const told = JSON.stringify(event) + inspect(event, { ...everything, maxArrayLength: null });
      for (const secret of secrets) expect(told).not.toContain(secret);
    }
  });
});
