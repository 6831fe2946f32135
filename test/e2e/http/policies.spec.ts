import { Controller, Get, Injectable, Scope } from '@nestjs/common';
import {
  AuthModule,
  Authorize,
  Owner,
  SameOrg,
  type AuthEvent,
  type Policy,
} from '../../../lib/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { ADAPTERS, create, get, moduleOf, start, type RunningApplication } from './application.js';
import {
  Api,
  ByOutcome,
  Documents,
  Noting,
  OfOrganization,
  OwnedOrRead,
  seen,
} from './policies-api.js';

describe.each(ADAPTERS)('policies on %s', (adapter) => {
  let issuer: TestIssuer;
  let api: RunningApplication;
  const events: AuthEvent[] = [];
  const last = (): AuthEvent | undefined => events.at(-1);

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    api = await start(adapter, {
      controllers: [Api, OfOrganization, OwnedOrRead],
      providers: [Documents, ByOutcome, Noting],
      auth: {
        issuers: [issuer.options()],
        policies: { timeoutSeconds: 0.2 },
        onEvent: (event) => void events.push(event),
      },
    });
  });

  afterAll(async () => {
    await api.close();
    await issuer.close();
  });

  const as = async (
    path: string,
    claims: object = {},
  ): Promise<{ status: number; body: unknown }> =>
    get(`${api.url}/${path}`, await issuer.token({ sub: 'ann', ...claims }));

  it.each([
    ['true', 200],
    ['true-later', 200],
    ['false', 403],
    ['undefined', 403],
    ['one', 403],
    ['text', 403],
    ['object', 403],
    ['empty', 403],
    ['never-emits', 403],
    ['observable', 403],
    ['unheard-of', 403],
    ['rejects', 500],
    ['throws', 500],
    ['hangs', 503],
  ])('F36 let nobody in but with true: %s is %i', async (outcome, status) => {
    for (const path of ['by-outcome', 'contrary']) {
      const answer = await get(`${api.url}/${path}/${outcome}`, await issuer.token());
      expect(answer.status).toBe(status);
      expect(answer.challenge).toBeNull();
      expect(JSON.stringify(answer.body)).not.toContain('secret');
      if (status !== 200) expect(answer.body).not.toHaveProperty('reached');
      if (status === 503) expect(answer.headers.get('retry-after')).toBe('1');
    }
  });

  it('are told of by their names, and what fails is told of as our failure', async () => {
    await as('by-outcome/false');
    expect(last()).toMatchObject({
      type: 'auth.denied',
      reason: 'policy_denied',
      detail: 'ByOutcome(outcome: params.outcome)',
      handler: 'Api.byOutcome',
    });
    await as('by-outcome/throws');
    expect(last()).toMatchObject({ type: 'auth.unavailable', reason: 'policy_failed' });
    await as('by-outcome/hangs');
    expect(last()).toMatchObject({ type: 'auth.unavailable', reason: 'policy_timeout' });
  });

  it('ask for no policy before a credential is there, nor where a rule before it refuses', async () => {
    expect((await get(`${api.url}/by-outcome/true`)).status).toBe(401);
    seen.length = 0;
    const url = `${api.url}/noting/7?all=yes`;
    const anonymous = await fetch(url, { method: 'POST' });
    expect(anonymous.status).toBe(401);
    expect(seen).toEqual([]);
    expect((await as('contrary/true', { roles: ['banned'] })).status).toBe(403);
  });

  it('get the principal, the arguments and the transport, and hand over what they loaded', async () => {
    seen.length = 0;
    const response = await fetch(`${api.url}/noting/7?all=yes`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await issuer.token({ sub: 'ann' })}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ amount: 3 }),
    });
    expect(await response.json()).toEqual({ resource: { note: 'ann' }, body: { amount: 3 } });
    expect(seen).toMatchObject([
      {
        principal: { subject: 'ann' },
        args: { id: '7', all: 'yes', amount: 3, fixed: 1 },
        transport: 'http',
        handler: 'Api.noting',
      },
    ]);
  });

  it('A12 A13 let the owner in, who gets what was loaded once', async () => {
    const documents = api.app.get(Documents);
    const before = documents.loaded;
    expect(await as('documents/1')).toMatchObject({
      status: 200,
      body: { id: '1', document: { id: '1', ownerId: 'ann' } },
    });
    expect(documents.loaded).toBe(before + 1);
  });

  it.each([
    ['of another', '2', {}, 403],
    ['of nobody', '3', {}, 403],
    ['of null', '4', {}, 403],
    ['that is not there', '9', {}, 404],
  ])('A15 refuse a document %s', async (_, id, claims, status) => {
    expect((await as(`documents/${id}`, claims)).status).toBe(status);
    expect((await as(`hidden/${id}`, claims)).status).toBe(404);
  });

  it('A15 pass on the answer of what loads, and hide in one way', async () => {
    expect(await as('documents/gone')).toMatchObject({ body: { message: 'no such document' } });
    const hidden = [await as('hidden/2'), await as('hidden/9')].map(({ body }) => body);
    expect(hidden[0]).toEqual(hidden[1]);
    expect(hidden[0]).toMatchObject({ statusCode: 404, code: 'not_found' });
  });

  it('A12 compare numbers and other claims, and nothing that is missing', async () => {
    expect((await as('numbered/5', { account: { number: 7 } })).status).toBe(200);
    expect((await as('numbered/5', { account: { number: '7' } })).status).toBe(200);
    expect((await as('numbered/5', { account: {} })).status).toBe(403);
    expect((await as('numbered/3', { account: {} })).status).toBe(403);
    expect((await as('numbered/4', { account: { number: null } })).status).toBe(403);
  });

  it('F26 let in who is of the organization', async () => {
    expect((await as('organizations/acme', { org_id: 'acme' })).status).toBe(200);
    expect((await as('organizations/other', { org_id: 'acme' })).status).toBe(403);
    expect((await as('organizations/undefined')).status).toBe(403);
    expect((await as('queried?org=acme', { org_id: 'acme' })).status).toBe(200);
    expect((await as('queried?org=acme&org=acme', { org_id: 'acme' })).status).toBe(403);
    expect((await as('queried', {})).status).toBe(403);
  });

  it('hold beside one another, each decorator a kind of its own', async () => {
    const path = 'organizations-of-class/acme/documents';
    expect((await as(`${path}/1`, { org_id: 'acme' })).status).toBe(200);
    expect((await as(`${path}/1`, { org_id: 'other' })).status).toBe(403);
    expect((await as(`${path}/2`, { org_id: 'acme' })).status).toBe(403);
  });

  it('A17 A24 do not bear on safe methods, which are authenticated all the same', async () => {
    const asked = async (method: string, path: string, token?: string): Promise<number> => {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      return (await fetch(`${api.url}/owned-or-read/${path}`, { method, headers })).status;
    };
    const bob = await issuer.token({ sub: 'bob' });
    expect(await asked('GET', '1', bob)).toBe(200);
    expect(await asked('HEAD', '1', bob)).toBe(200);
    expect(await asked('DELETE', '1', bob)).toBe(403);
    expect(await asked('DELETE', '1', await issuer.token({ sub: 'ann' }))).toBe(200);
    expect(await asked('GET', 'all/1', bob)).toBe(403);
    expect(await asked('GET', '1')).toBe(401);
  });

  it.each([
    ['false', 'policy_denied'],
    ['throws', 'policy_failed'],
    ['rejects', 'policy_failed'],
  ])('on trial let in, and tell: %s', async (outcome, reason) => {
    expect((await as(`trial/${outcome}`)).status).toBe(200);
    expect(last()).toMatchObject({ type: 'auth.would_deny', reason, handler: 'Api.trial' });
  });

  it('are combined with roles', async () => {
    expect((await as('admin-or-owner/1', { roles: ['admin', 'user'] })).status).toBe(200);
    expect((await as('admin-or-owner/1', { roles: ['user'] })).status).toBe(403);
  });

  it('refuse to boot without the class they need, or with one for each request', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest implements Policy {
      allows(): boolean {
        return true;
      }
    }
    @Controller()
    class Needy {
      @Get()
      @Authorize(PerRequest)
      read(): void {
        // Only its declaration matters.
      }
    }
    const auth = AuthModule.forRoot({ issuers: [issuer.options()] });
    for (const providers of [[], [PerRequest]]) {
      const app = await create(
        adapter,
        moduleOf({ imports: [auth], controllers: [Needy], providers }),
      );
      await expect(app.init()).rejects.toThrow(/^Needy\.read requires PerRequest, which no module/);
    }
  });

  it('refuse to be declared wrongly', () => {
    class NoPolicy {}
    const target = (decorator: MethodDecorator) => (): void => {
      class Target {
        read(): void {
          // Only its declaration matters.
        }
      }
      decorator(
        Target.prototype,
        'read',
        Object.getOwnPropertyDescriptor(Target.prototype, 'read') ?? {},
      );
    };
    expect(() => Authorize(NoPolicy as never)).toThrow(/^policy\(\) is given no class/);
    expect(() => Authorize(undefined as never)).toThrow(/^policy\(\) is given no class/);
    expect(() => Authorize(null as never)).toThrow(/^policy\(\) is given no class/);
    expect(() => Owner({ load: undefined as never })).toThrow(/^owner\(\) has nothing to load/);
    expect(() => Owner({ load: Documents, id: 'id' })).toThrow(/is no path to an argument/);
    expect(() => Owner({ load: Documents, field: 'a..b' })).toThrow(/is not a path/);
    expect(() => SameOrg('headers.x')).toThrow(/is no path to an argument/);
    expect(target(SameOrg('params.id', { hid: true } as object))).toThrow(/hid is no option/);
  });
});
