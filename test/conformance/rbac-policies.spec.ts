import { Controller, Get, Injectable, type Type } from '@nestjs/common';
import { NEVER, of } from 'rxjs';
import { Authorize, not, policy, SameOrg, type Policy } from '../../lib/index.js';
import { ADAPTERS } from '../e2e/http/application.js';
import { tokenOf } from './catalogue.js';
import { startFixture, type Fixture } from './fixture.js';
import { mint } from './minting.js';
import { ask, asking, expectRuling, USER, withApi } from './rbac-fixture.js';
import { headerValues } from './raw-socket.js';

/** Handlers for those of one organization. */
@Controller('orgs')
class OrgsApi {
  @SameOrg('query.org')
  @Get()
  named(): object {
    return {};
  }

  @SameOrg('params.orgId')
  @Get(':orgId')
  one(): object {
    return {};
  }
}

/** A policy that answers as it is told, and two handlers: one where it must allow, and one where it must not. */
function judgedBy(answer: () => unknown): {
  readonly controllers: Type[];
  readonly providers: Type[];
} {
  @Injectable()
  class Answers implements Policy {
    allows(): boolean {
      return answer() as boolean;
    }
  }

  @Controller()
  class Judged {
    @Authorize(Answers)
    @Get('allowed')
    allowed(): object {
      return {};
    }

    @Authorize(not(policy(Answers)))
    @Get('negated')
    negated(): object {
      return {};
    }
  }
  return { controllers: [Judged], providers: [Answers] };
}

describe.each(ADAPTERS)('organizations on %s', (adapter) => {
  let api: Fixture;

  beforeAll(async () => {
    api = await startFixture(adapter, { controllers: [OrgsApi] });
  });

  afterAll(() => api.close());

  it.each(['GET /orgs/org-a', 'GET /orgs?org=org-a'])('its own is open at %s', async (target) => {
    const token = await mint({ org_id: 'org-a' });
    expect((await ask(api, asking(target, token))).answer.status).toBe(200);
    expect((await ask(api, asking(target))).answer.status).toBe(401);
    const other = await mint({ org_id: 'org-b' });
    expect((await ask(api, asking(target, other))).answer.status).toBe(403);
  });

  it.each([
    ['R-64', 'org=org-a&org=org-b'],
    ['R-64', 'org=org-b&org=org-a'],
    ['R-64', 'org=org-a&org=org-a'],
    ['R-64', 'org[]=org-a'],
    ['R-64', 'org[0]=org-a&org[1]=org-b'],
  ])('%s ?%s', async (id, query) => {
    const token = await mint({ org_id: 'org-a' });
    expectRuling(id, await ask(api, asking(`GET /orgs?${query}`, token)));
  });

  it.each([
    ['R-65', '/org-a'],
    ['R-65', ''],
    ['R-65', '?org'],
    ['R-65', '?org='],
    ['R-65', '?org=undefined'],
    ['R-65', '?org=null'],
    ['R-65', '?org=org-a'],
    ['R-65', '/undefined'],
    ['R-65', '/null'],
    ['R-65', '/%20'],
  ])('%s at /orgs%s', async (id, rest) => {
    expectRuling(id, await ask(api, asking(`GET /orgs${rest}`, tokenOf('R-65'))));
  });

  it.each([
    ['R-65', { org_id: null }],
    ['R-65', { org_id: '' }],
    ['R-65', { org_id: [] }],
    ['R-65', { org_id: {} }],
    ['R-65', { org_id: ['org-a', 'org-b'] }],
    ['R-65', { org_id: { 'org-a': true } }],
  ])('%s with %j', async (id, claims) => {
    const token = await mint(claims);
    for (const rest of ['/org-a', '', '?org=', '/null', '/undefined', '/%5Bobject%20Object%5D']) {
      expectRuling(id, await ask(api, asking(`GET /orgs${rest}`, token)));
    }
  });

  it('R-65 an empty parameter is no organization', async () => {
    for (const token of [
      tokenOf('R-65'),
      await mint({ org_id: '' }),
      await mint({ org_id: 'a' }),
    ]) {
      const { answer } = await ask(api, asking('GET /orgs/', token));
      expect([403, 404]).toContain(answer.status);
    }
  });
});

describe.each(ADAPTERS)('policies on %s', (adapter) => {
  it.each([
    ['true', () => true],
    ['a promise of true', () => Promise.resolve(true)],
  ])('%s lets in', (_, answer) =>
    withApi(adapter, judgedBy(answer), async (api) => {
      expect((await ask(api, asking('GET /allowed', USER))).answer.status).toBe(200);
      expect((await ask(api, asking('GET /allowed'))).answer.status).toBe(401);
      expect((await ask(api, asking('GET /negated', USER))).answer.status).toBe(403);
    }),
  );

  it.each([
    ['R-70', 'undefined', () => undefined],
    ['R-70', '0', () => 0],
    ['R-70', 'an empty text', () => ''],
    ['R-70', 'null', () => null],
    ['R-70', 'an empty object', () => ({})],
    ['R-70', '"false"', () => 'false'],
    ['R-70', '"true"', () => 'true'],
    ['R-70', '1', () => 1],
    ['R-70', 'a Boolean object', () => Object(true) as object],
    ['R-70', 'a promise of undefined', () => Promise.resolve(undefined)],
    ['R-70', 'a promise of "true"', () => Promise.resolve('true')],
    ['R-70', 'an Observable that never emits', () => NEVER],
    ['R-70', 'an Observable of true', () => of(true)],
  ])('%s %s', (id, _, answer) =>
    withApi(adapter, judgedBy(answer), async (api) => {
      expectRuling(id, await ask(api, asking('GET /allowed', USER)));
      // No answer is none when it is negated, either.
      expectRuling(id, await ask(api, asking('GET /negated', USER)));
    }),
  );

  it.each([
    ['R-71', '/allowed'],
    ['R-71', '/negated'],
  ])('%s a policy that never answers, at %s', (id, path) => {
    const policies = { timeoutSeconds: 0.1 };
    const parts = { ...judgedBy(() => new Promise(() => undefined)), auth: { policies } };
    return withApi(adapter, parts, async (api) => {
      const outcome = await ask(api, asking(`GET ${path}`, USER));
      expectRuling(id, outcome);
      expect(headerValues(outcome.answer, 'retry-after')).toEqual(['1']);
      expect((await ask(api, asking(`GET ${path}`))).answer.status).toBe(401);
    });
  });
});
