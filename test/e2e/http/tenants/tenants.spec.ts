import { Injectable, Logger, Module } from '@nestjs/common';
import {
  apiKey,
  ApiKeys,
  MemoryApiKeyStore,
  type AuthenticatedPrincipal,
  type AuthEvent,
  type AuthModuleOptions,
  type MaybePromise,
  type TenantOptions,
  type TenantValidator,
} from '../../../../lib/index.js';
import { TestIssuer } from '../../../../lib/testing/index.js';
import { RecordingLogger } from '../../../conformance/recording-logger.js';
import { ADAPTERS, get, start, type Answer, type RunningApplication } from '../application.js';
import { handled, NotesApi, TenantsApi } from './tenants-api.js';

const HEADER = { header: 'X-Tenant-Id' };

@Injectable()
class Memberships implements TenantValidator {
  readonly asked: [string, string][] = [];

  validate({ subject }: AuthenticatedPrincipal, tenantId: string): MaybePromise<boolean> {
    this.asked.push([subject, tenantId]);
    return Promise.resolve(subject === 'ann' && tenantId !== 'globex');
  }
}

@Module({ providers: [Memberships], exports: [Memberships] })
class MembershipsModule {}

describe.each(ADAPTERS)('tenants in requests, on %s', (adapter) => {
  const events: AuthEvent[] = [];
  const keys = new ApiKeys({ prefix: 'portcullis_test', store: new MemoryApiKeyStore() });
  const logger = new RecordingLogger();
  let issuer: TestIssuer;
  let api: RunningApplication | undefined;
  let ofAcme: string;
  let ofNone: string;

  async function guarded(
    tenant: TenantOptions | undefined,
    more: Partial<AuthModuleOptions> = {},
  ): Promise<RunningApplication> {
    api = await start(adapter, {
      imports: [MembershipsModule],
      controllers: [TenantsApi, NotesApi],
      // Creating an application without a logger replaced whatever was there.
      configure: () => {
        Logger.overrideLogger(logger);
      },
      auth: {
        issuers: [{ ...issuer.options(), claims: { organizationId: 'tenant_id' } }],
        credentials: [apiKey({ keys })],
        onEvent: (event) => void events.push(event),
        ...(tenant && { tenant }),
        ...more,
      },
    });
    return api;
  }

  const ask = (path: string, token?: string, headers?: Record<string, string>): Promise<Answer> =>
    get(`${api?.url ?? ''}/${path}`, token, headers);
  const askTenant = (tenant: string, token?: string, path = 'me'): Promise<Answer> =>
    ask(path, token, { 'x-tenant-id': tenant });

  const expectDenied = ({ status, body }: Answer, reason: string, detail?: string): void => {
    expect([status, body['code']]).toEqual([403, 'forbidden']);
    const told = detail === undefined ? {} : { detail };
    expect(events.at(-1)).toMatchObject({ type: 'auth.denied', reason, ...told });
    expect(handled.count).toBe(0);
  };

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    ofAcme = await issuer.token({ sub: 'ann', tenant_id: 'acme', roles: ['admin'] });
    ofNone = await issuer.token({ sub: 'ann', roles: ['admin'] });
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

  it('F26: the tenant of the token is the one that the request addresses, or the answer is 403', async () => {
    await guarded({ from: [HEADER, { param: 'orgId' }] });
    for (const answer of [
      await ask('me', ofAcme),
      await askTenant('acme', ofAcme),
      await ask('orgs/acme/me', ofAcme),
      await askTenant('acme', ofAcme, 'orgs/acme/me'),
    ]) {
      expect(answer).toMatchObject({ status: 200, body: { tenant: 'acme' } });
    }
    handled.count = 0;
    const another = 'names another tenant than the credential';
    const byHeader = await askTenant('globex', ofAcme);
    expectDenied(byHeader, 'organization_mismatch', `header x-tenant-id ${another}`);
    const byPath = await ask('orgs/globex/me', ofAcme);
    expectDenied(byPath, 'organization_mismatch', `parameter orgId ${another}`);
    const byCase =
      'header x-tenant-id differs from the tenant of the credential in letter case only';
    expectDenied(await askTenant('Acme', ofAcme), 'organization_mismatch', byCase);
    // Exactly: no case is folded, nothing is trimmed but what HTTP trims.
    for (const other of ['Acme', 'acme,acme', 'acme ,', 'acm', 'acmee']) {
      expectDenied(await askTenant(other, ofAcme), 'organization_mismatch');
    }
    expect(events.at(-1)).toMatchObject({
      principal: { subject: 'ann', organizationId: 'acme' },
      handler: 'TenantsApi.me',
    });
  });

  it('T16: a token that names no tenant acts in none, whatever the request says', async () => {
    await guarded({ from: HEADER });
    const why = 'the credential names no tenant, and there is no tenant.validate';
    expectDenied(await askTenant('acme', ofNone), 'organization_mismatch', why);
    expect(await ask('me', ofNone)).toMatchObject({ status: 200, body: { tenant: null } });
    handled.count = 0;
    expectDenied(await ask('own', ofNone), 'missing_value');
    expect(await ask('own', ofAcme)).toMatchObject({ status: 200, body: { tenant: 'acme' } });
  });

  it('F27: what is written and read with @OrgId() stays with its tenant', async () => {
    const { url } = await guarded({ from: HEADER });
    const ofGlobex = await issuer.token({ sub: 'bob', tenant_id: 'globex' });
    for (const token of [ofAcme, ofGlobex, ofAcme]) {
      const headers = { authorization: `Bearer ${token}` };
      expect((await fetch(`${url}/notes`, { method: 'POST', headers })).status).toBe(201);
    }
    expect((await ask('notes', ofAcme)).body).toEqual(
      Array(2).fill({ tenant: 'acme', author: 'ann' }),
    );
    expect((await ask('notes', ofGlobex)).body).toEqual([{ tenant: 'globex', author: 'bob' }]);
    expect((await askTenant('globex', ofAcme, 'notes')).status).toBe(403);
    expect((await ask('notes', ofNone)).status).toBe(403);
  });

  it('F28: roles hold inside the tenant that the request addresses, as the application says', async () => {
    await guarded(
      { from: HEADER, validate: () => true },
      {
        roles: { withinOrganization: true, hierarchy: { owner: ['admin'] } },
        principal: {
          load: {
            load: ({ subject }: AuthenticatedPrincipal) => ({ subject }),
            authorities: (_user: object, { organizationId }: AuthenticatedPrincipal) => ({
              roles: organizationId === 'globex' ? ['reader'] : ['owner'],
            }),
          },
          cacheSeconds: 60,
        },
      },
    );
    // Twice, for the user is remembered for each tenant.
    for (let again = 0; again < 2; again += 1) {
      expect((await askTenant('acme', ofNone, 'admin')).status).toBe(200);
      expect((await askTenant('globex', ofNone, 'admin')).status).toBe(403);
      expect((await ask('admin', ofNone)).status).toBe(403);
    }
  });

  it('F28: what a token grants in the tenant that the request addresses counts there, and nowhere else', async () => {
    const claims = {
      organizationId: [],
      roles: { union: ['roles', 'tenants.{organization}.roles'] },
      permissions: 'tenants.{organization}.permissions',
    };
    const tenants = { acme: { roles: ['admin'] }, initech: { roles: ['reader'] } };
    const token = await issuer.token({ sub: 'ann', tenants });
    const everywhere = await issuer.token({ sub: 'ann', tenants, roles: ['admin'] });
    const issuers = [{ ...issuer.options(), claims }];
    for (const withinOrganization of [false, true]) {
      await api?.close();
      await guarded(
        { from: HEADER, validate: Memberships },
        { issuers, roles: { withinOrganization } },
      );
      expect((await askTenant('acme', token, 'admin')).status).toBe(200);
      expect((await askTenant('initech', token, 'admin')).status).toBe(403);
      expect((await askTenant('__proto__', token, 'admin')).status).toBe(403);
      expect((await ask('admin', token)).status).toBe(403);
      // A role that holds everywhere holds in a tenant, unless roles hold only inside of them.
      const expected = withinOrganization ? 403 : 200;
      expect((await askTenant('initech', everywhere, 'admin')).status).toBe(expected);
    }
  });

  it('F28: without a tenant the roles of a token do not count, and no header brings them back', async () => {
    await guarded({ from: HEADER, validate: () => true }, { roles: { withinOrganization: true } });
    expect((await ask('admin', ofAcme)).status).toBe(200);
    expect((await ask('admin', ofNone)).status).toBe(403);
    // A role that was given without a tenant is none of this tenant.
    expect((await askTenant('acme', ofNone, 'admin')).status).toBe(403);
    expect((await askTenant('acme', ofNone, 'me')).body).toMatchObject({
      tenant: 'acme',
      roles: [],
    });
  });

  it('lets a credential that names several act in the one that the request addresses, and in no other', async () => {
    const issuers = [{ ...issuer.options(), claims: { organizationId: { union: ['a', 'b'] } } }];
    const validate = (_: unknown, tenant: string): boolean => tenant !== 'globex';
    const several = await issuer.token({ a: ['acme', 'globex'], b: 'acme' });
    const twice = await issuer.token({ a: 'acme', b: 'acme' });
    await guarded({ from: HEADER }, { issuers });
    expect((await askTenant('globex', several)).body).toMatchObject({ tenant: 'globex' });
    handled.count = 0;
    expectDenied(await askTenant('initech', several), 'organization_mismatch');
    expect((await ask('own', several)).status).toBe(403);
    expect((await ask('own', twice)).status).toBe(200);
    await api?.close();
    await guarded({ from: HEADER, validate }, { issuers });
    handled.count = 0;
    expectDenied(await askTenant('initech', several), 'organization_mismatch');
    expectDenied(await askTenant('globex', several), 'organization_mismatch');
    expect((await askTenant('acme', several)).status).toBe(200);
  });

  it('asks validate where the credential names no tenant, and puts the caller in it', async () => {
    const { app } = await guarded({ from: HEADER, validate: Memberships });
    const memberships = app.get(Memberships);
    const answer = await askTenant('initech', ofNone);
    expect(answer).toMatchObject({ status: 200, body: { subject: 'ann', tenant: 'initech' } });
    expect(memberships.asked).toEqual([['ann', 'initech']]);
    // Of this request alone.
    expect((await ask('me', ofNone)).body).toMatchObject({ tenant: null });
    handled.count = 0;
    const why = 'tenant.validate did not say true';
    expectDenied(await askTenant('globex', ofNone), 'organization_mismatch', why);
    expectDenied(
      await askTenant('acme', await issuer.token({ sub: 'eve' })),
      'organization_mismatch',
    );
  });

  it('asks validate of the tenant that a credential names, too, and it can only refuse', async () => {
    await guarded({ from: HEADER, validate: Memberships });
    expect((await askTenant('acme', ofAcme)).status).toBe(200);
    // Leaving out the header is no way around it.
    const stale = await issuer.token({ sub: 'eve', tenant_id: 'acme' });
    handled.count = 0;
    expectDenied(await ask('me', stale), 'organization_mismatch');
    expectDenied(await askTenant('acme', stale), 'organization_mismatch');
    // Its true does not lead out of the tenant of the credential.
    expectDenied(await askTenant('initech', ofAcme), 'organization_mismatch');
  });

  it('does not boot with a validator that nobody provides', async () => {
    @Injectable()
    class Nowhere extends Memberships {}
    await expect(guarded({ from: HEADER, validate: Nowhere })).rejects.toThrow(
      'tenant.validate requires Nowhere, which no module provides as a singleton',
    );
  });

  it('demands a tenant everywhere with required', async () => {
    await guarded({ from: 'claim', required: true });
    expect((await ask('me', ofAcme)).status).toBe(200);
    handled.count = 0;
    expectDenied(await ask('me', ofNone), 'tenant_missing');
    expect((await ask('public')).status).toBe(200);
    expect((await ask('open')).body).toMatchObject({ kind: 'anonymous', tenant: null });
    await api?.close();
    await guarded({ from: HEADER, required: true });
    handled.count = 0;
    expectDenied(await ask('me', ofAcme), 'tenant_missing');
    await api?.close();
    await guarded({ from: [HEADER, 'claim'], required: true });
    expect((await ask('me', ofAcme)).status).toBe(200);
  });

  it('answers 404 with hide, as if there were no such tenant', async () => {
    await guarded({ from: [HEADER, { param: 'orgId' }], hide: true });
    const answer = await ask('orgs/globex/me', ofAcme);
    expect([answer.status, answer.body['code']]).toEqual([404, 'not_found']);
    expect(events.at(-1)).toMatchObject({
      reason: 'resource_hidden',
      detail: 'organization_mismatch: parameter orgId names another tenant than the credential',
      principal: { subject: 'ann' },
    });
    expect((await askTenant('acme', ofAcme, 'orgs/globex/me')).status).toBe(404);
    expect((await ask('orgs/acme/me', ofAcme)).status).toBe(200);
  });

  it('gives nobody a tenant who is nobody', async () => {
    await guarded({ from: HEADER, validate: () => true });
    expect((await askTenant('acme', undefined, 'open')).body).toMatchObject({
      kind: 'anonymous',
      tenant: null,
    });
    expect((await askTenant('acme', undefined)).status).toBe(401);
    expect((await askTenant('acme', undefined, 'public')).status).toBe(200);
    // Somebody is not let in as nobody, because of a tenant that is not theirs.
    expect((await askTenant('globex', ofAcme, 'open')).status).toBe(403);
    expect((await askTenant('', ofAcme, 'open')).status).toBe(400);
  });

  it('measures each of several credentials', async () => {
    await guarded({ from: HEADER });
    const [acme, globex] = await Promise.all(
      ['acme', 'globex'].map((organizationId) => keys.create({ subject: 'robot', organizationId })),
    );
    const together = (key: string | undefined, tenant: string): Promise<Answer> =>
      ask('together', ofAcme, { 'x-api-key': key ?? '', 'x-tenant-id': tenant });
    expect((await together(acme?.key, 'acme')).body).toMatchObject({ tenant: 'acme' });
    expect((await together(acme?.key, 'globex')).status).toBe(403);
    expect((await together(globex?.key, 'acme')).status).toBe(403);
    expect((await together(globex?.key, 'globex')).status).toBe(403);
  });

  it('gives the tenant under the word of the application', async () => {
    await guarded(undefined);
    expect((await ask('workspace', ofAcme)).body).toEqual({ tenant: 'acme' });
    expect((await ask('workspace-or-none', ofNone)).body).toEqual({ tenant: null });
    expect((await ask('workspace', ofNone)).status).toBe(403);
    expect(events.at(-1)).toMatchObject({ reason: 'missing_value', detail: '@WorkspaceId' });
  });

  it('tells at boot of a parameter that no route has', async () => {
    await guarded({ from: { param: 'orgID' } });
    expect(logger.lines.join('\n')).toContain('tenant.from: no route has a parameter orgID');
  });
});
