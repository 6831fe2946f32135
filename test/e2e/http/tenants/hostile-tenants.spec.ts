import { Logger, type INestApplication } from '@nestjs/common';
import {
  apiKey,
  ApiKeys,
  MemoryApiKeyStore,
  type AuthEvent,
  type TenantOptions,
} from '../../../../lib/index.js';
import { TestIssuer } from '../../../../lib/testing/index.js';
import { RecordingLogger } from '../../../conformance/recording-logger.js';
import { printed } from '../../../conformance/leak-scan.js';
import { ADAPTERS, start, type RunningApplication } from '../application.js';
import { rawExchange } from '../raw-request.js';
import { ChainApi, handled, TenantsApi } from './tenants-api.js';

/** So that it is found wherever it should not be. */
const CANARY = 'Canary-of-a-tenant';

interface Told {
  readonly status: number;
  readonly text: string;
  readonly tenant: unknown;
}

describe.each(ADAPTERS)('hostile tenants, on %s', (adapter) => {
  const logger = new RecordingLogger();
  const events: AuthEvent[] = [];
  let issuer: TestIssuer;
  let api: RunningApplication | undefined;
  let ofA: string;
  let ofNone: string;

  async function guarded(
    tenant: TenantOptions,
    configure?: (app: INestApplication) => void,
  ): Promise<void> {
    const keys = new ApiKeys({ prefix: 'portcullis_test', store: new MemoryApiKeyStore() });
    api = await start(adapter, {
      controllers: [TenantsApi, ...(adapter === 'express' ? [ChainApi] : [])],
      configure: (app) => {
        configure?.(app);
        Logger.overrideLogger(logger);
      },
      auth: {
        issuers: [{ ...issuer.options(), claims: { organizationId: 'tenant_id' } }],
        credentials: [apiKey({ keys })],
        onEvent: (event) => void events.push(event),
        tenant,
      },
    });
  }

  /** Octets, for clients repair what is tried here. */
  async function ask(
    token: string,
    path: string,
    headers: readonly string[] = [],
    host: readonly string[] = ['Host: localhost'],
  ): Promise<Told> {
    const head = [`GET ${path} HTTP/1.1`, ...host, 'Connection: close', ...headers];
    const octets = [...head, `Authorization: Bearer ${token}`, '', ''].join('\r\n');
    const text = await rawExchange(api?.port ?? 0, octets);
    const body = /\{.*\}/s.exec(text)?.[0];
    const told = body === undefined ? {} : (JSON.parse(body) as { readonly tenant?: unknown });
    return { status: Number(text.slice(9, 12)), text, tenant: told.tenant };
  }

  const askTenant = (token: string, ...values: string[]): Promise<Told> =>
    ask(
      token,
      '/me',
      values.map((value) => `X-Tenant-Id: ${value}`),
    );
  const askHost = (token: string, ...hosts: string[]): Promise<Told> =>
    ask(
      token,
      '/me',
      [],
      hosts.map((host) => `Host: ${host}`),
    );
  const reason = (): unknown => {
    const event = events.at(-1);
    return event && 'reason' in event ? event.reason : event?.type;
  };

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    ofA = await issuer.token({ sub: 'ann', tenant_id: 'a' });
    ofNone = await issuer.token({ sub: 'ann' });
  });

  beforeEach(() => {
    events.length = 0;
    handled.count = 0;
  });

  afterEach(async () => {
    await api?.close();
    api = undefined;
    Logger.overrideLogger(false);
  });

  afterAll(() => issuer.close());

  it('X-Tenant-Id: b with a token of a', async () => {
    await guarded({ from: { header: 'x-tenant-id' } });
    expect([(await askTenant(ofA, 'b')).status, reason()]).toEqual([403, 'organization_mismatch']);
    expect(handled.count).toBe(0);
  });

  it.each([
    ['twice', ['a', 'a']],
    ['twice, with another one', ['a', 'b']],
    ['twice, with nothing', ['', 'a']],
    ['without a value', ['']],
    ['with 257 characters', ['a'.repeat(257)]],
  ])('a header %s is 400, and no challenge', async (_, values) => {
    await guarded({ from: { header: 'x-tenant-id' }, validate: () => true });
    for (const token of [ofA, ofNone]) {
      const { status, text } = await askTenant(token, ...values);
      expect([status, reason()]).toEqual([400, 'tenant_malformed']);
      expect(text).toContain('"code":"invalid_tenant"');
      expect(text.toLowerCase()).not.toContain('www-authenticate');
      expect(events.at(-1)).toMatchObject({ principal: { subject: 'ann' } });
    }
    expect(handled.count).toBe(0);
  });

  it('places that disagree are 403, with whatever token', async () => {
    await guarded({
      from: [{ header: 'x-tenant-id' }, { param: 'orgId' }, { host: '{tenant}.example' }],
      validate: () => true,
    });
    const onHost = ['Host: a.example'];
    for (const token of [ofA, ofNone]) {
      for (const [path, header, host] of [
        ['/orgs/b/me', ['X-Tenant-Id: a'], undefined],
        ['/orgs/a/me', ['X-Tenant-Id: b'], undefined],
        ['/orgs/b/me', [], onHost],
        ['/orgs/a/me', ['X-Tenant-Id: b'], onHost],
        ['/orgs/b/me', ['X-Tenant-Id: b'], onHost],
      ] as const) {
        expect([(await ask(token, path, header, host)).status, reason()]).toEqual([
          403,
          'tenant_ambiguous',
        ]);
      }
    }
    expect(handled.count).toBe(0);
    expect((await ask(ofA, '/orgs/a/me', ['X-Tenant-Id: a'], onHost)).tenant).toBe('a');
  });

  it('names of members of every object are tenants like others', async () => {
    const asked: string[] = [];
    await guarded({
      from: [{ header: 'x-tenant-id' }, { param: 'orgId' }],
      validate: (_principal, tenantId) => {
        asked.push(tenantId);
        return true;
      },
    });
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'undefined']) {
      expect((await askTenant(ofA, name)).status).toBe(403);
      expect((await ask(ofA, `/orgs/${name}/me`)).status).toBe(403);
      expect(await askTenant(ofNone, name)).toMatchObject({ status: 200, tenant: name });
    }
    expect(asked).toHaveLength(5);
  });

  it('a path that says something else than a tenant is 400', async () => {
    await guarded({ from: { param: 'orgId' }, validate: () => true });
    for (const segment of ['%00', 'a%0d%0ab', '%7f', 'a'.repeat(257)]) {
      const { status } = await ask(ofNone, `/orgs/${segment}/me`);
      // Fastify finds no route for a parameter that is so long, and some that are so odd.
      expect([400, 404, 414]).toContain(status);
    }
    // It is compared as the adapter decodes it, once.
    expect((await ask(ofA, '/orgs/%61/me')).tenant).toBe('a');
    expect((await ask(ofA, '/orgs/%2561/me')).status).toBe(403);
    expect((await ask(ofA, '/orgs/a%2Fb/me')).status).toBe(403);
    expect(handled.count).toBe(1);
  });

  it('a host is read as the framework reads it, and never from two headers', async () => {
    await guarded({ from: { host: '{tenant}.example' }, required: true });
    for (const host of ['a.example', 'A.Example', 'a.example.', 'a.example:8443']) {
      expect((await askHost(ofA, host)).tenant).toBe('a');
    }
    for (const [hosts, expected] of [
      [['a.example', 'b.example'], 'tenant_malformed'],
      [['b.example', 'a.example'], 'tenant_malformed'],
      [['b.example'], 'organization_mismatch'],
      [['example'], 'tenant_missing'],
      [['x.a.example'], 'tenant_missing'],
      [['a.example.test'], 'tenant_missing'],
      [['a-example'], 'tenant_missing'],
      [['a.exampleb.example'], 'tenant_missing'],
      [['x@a.example'], 'tenant_malformed'],
      [['a/b.example'], 'tenant_malformed'],
      [['%61.example'], 'tenant_malformed'],
      [['a\\.example'], 'tenant_malformed'],
      [['a b.example'], 'tenant_malformed'],
      [['a_b.example'], 'tenant_malformed'],
      [['xn--bcher-kva.example'], 'organization_mismatch'],
      [['[::1]:3000'], 'tenant_missing'],
      [[''], 'tenant_missing'],
    ] as const) {
      events.length = 0;
      const { status } = await askHost(ofA, ...hosts);
      // Some are refused before any guard: by Node.
      if (events.length === 0) expect(status).toBe(400);
      else expect([hosts, reason()]).toEqual([hosts, expected]);
    }
    const forwarded = await ask(ofA, '/me', ['X-Forwarded-Host: a.example'], ['Host: b.example']);
    expect([forwarded.status, reason()]).toEqual([403, 'organization_mismatch']);
    const detail = 'host {tenant}.example names another tenant than the credential';
    expect(events.at(-1)).toMatchObject({ detail });
    expect(handled.count).toBe(4);
  });

  it.each([
    [
      'throws',
      (): never => {
        throw new Error(CANARY);
      },
      503,
      'lookup_failed',
    ],
    ['rejects', () => Promise.reject(new Error(CANARY)), 503, 'lookup_failed'],
    ['is late', () => new Promise<boolean>(() => undefined), 503, 'lookup_failed'],
    ['says 1', () => 1 as unknown as boolean, 403, 'organization_mismatch'],
    ["says 'true'", () => 'true' as unknown as boolean, 403, 'organization_mismatch'],
    ['says an object', () => ({}) as unknown as boolean, 403, 'organization_mismatch'],
    ['says nothing', () => undefined as unknown as boolean, 403, 'organization_mismatch'],
    ['promises 1', () => Promise.resolve(1 as unknown as boolean), 403, 'organization_mismatch'],
  ])('where validate %s, nobody gets in', async (_, validate, status, expected) => {
    await guarded({ from: { header: 'x-tenant-id' }, validate, timeoutSeconds: 0.1 });
    for (const token of [ofA, ofNone]) {
      const answer = await askTenant(token, 'a');
      expect([answer.status, reason()]).toEqual([status, expected]);
      expect(answer.text.includes('Retry-After') || answer.text.includes('retry-after')).toBe(
        status === 503,
      );
    }
    expect(handled.count).toBe(0);
  });

  it('what a client names is found in no log, event or answer', async () => {
    await guarded({
      from: [{ header: 'x-tenant-id' }, { param: 'orgId' }],
      validate: (_principal, tenantId) => {
        if (tenantId.endsWith('!')) throw new Error(tenantId);
        return false;
      },
    });
    const texts = [
      (await askTenant(ofNone, CANARY)).text,
      (await askTenant(ofNone, CANARY, CANARY)).text,
      (await askTenant(ofA, CANARY)).text,
      (await askTenant(ofNone, `${CANARY}!`)).text,
      (await ask(ofNone, '/orgs/a/me', [`X-Tenant-Id: ${CANARY}`])).text,
    ];
    const unavailable = events.filter(({ type }) => type === 'auth.unavailable');
    expect(unavailable).toHaveLength(1);
    // The cause is the application's own error, and not logged.
    const told = events.filter(({ type }) => type === 'auth.denied');
    expect(texts.join() + logger.lines.join() + printed(told)).not.toContain(CANARY);
    expect(told).toHaveLength(4);
  });

  if (adapter === 'express') {
    it('what holds in one tenant holds in no other that the same request reaches', async () => {
      await guarded({ from: { param: 'orgId' }, validate: (_, tenantId) => tenantId !== 'c' });
      expect(await ask(ofA, '/chain/a/a')).toMatchObject({ status: 200, tenant: 'a' });
      expect((await ask(ofA, '/chain/a/b')).status).toBe(403);
      expect((await ask(ofNone, '/chain/a/c')).status).toBe(403);
      expect((await ask(ofNone, '/chain/b/a')).tenant).toBe('a');
      expect(handled.count).toBe(2);
      // One handler, by two paths.
      expect((await ask(ofA, '/chain/same/a/b')).status).toBe(403);
      expect(handled.count).toBe(2);
    });

    it('X-Forwarded-Host counts where a proxy is trusted', async () => {
      await guarded({ from: { host: '{tenant}.example' } }, (app) => {
        const instance = app.getHttpAdapter().getInstance() as {
          set(key: string, on: boolean): void;
        };
        instance.set('trust proxy', true);
      });
      const told = await ask(ofA, '/me', ['X-Forwarded-Host: a.example'], ['Host: b.example']);
      expect(told.tenant).toBe('a');
      expect((await ask(ofA, '/me', ['X-Forwarded-Host: b.example'])).status).toBe(403);
    });
  }
});
