import { LazyModuleLoader } from '@nestjs/core';
import { ADAPTERS, moduleOf } from '../e2e/http/application.js';
import { startFixture, type Fixture } from './fixture.js';
import {
  ADMIN,
  ask,
  askForHead,
  asking,
  expectRuling,
  expectUnrouted,
  jsonOf,
  readme,
  USER,
  withApi,
} from './rbac-fixture.js';
import { FeatureApi, PathsApi, served, ShadowedApi, UsersApi } from './rbac-routes-api.js';

/** The moment at which it was given differs, and nothing else. */
const withoutDate = (text: string): string => text.replace(/^date: .*$/im, '');

/** A controller that a module brings which is made by a function. */
const dynamicModule = (): object => ({ module: moduleOf({}), controllers: [FeatureApi] });

beforeEach(() => {
  served.length = 0;
});

describe.each(ADAPTERS)('routes on %s', (adapter) => {
  let api: Fixture;

  beforeAll(async () => {
    api = await startFixture(adapter, { controllers: [PathsApi, UsersApi, ShadowedApi] });
  });

  afterAll(() => api.close());

  it('the handlers are there', async () => {
    for (const path of ['/admin', '/a/list', '/users/7', '/users/me', '/public']) {
      expect((await ask(api, asking(`GET ${path}`, ADMIN))).answer.status).toBe(200);
    }
    expect(served).toEqual(['admin', 'list', 'one', 'me', 'public']);
  });

  it('R-35 HEAD of what is closed', async () => {
    const outcome = await askForHead(api, '/admin');
    expectRuling('R-35', outcome);
    expect(outcome.answer.body).toBe('');
    expect(served).toEqual([]);
  });

  it.each([
    ['R-36', 'OPTIONS /admin'],
    ['R-39', 'GET /nope'],
    ['R-41', 'GET /admin/'],
    ['R-42', 'GET //admin'],
    ['R-42', 'GET /a//list'],
    ['R-46', 'GET /admin;x=1'],
    ['R-46', 'GET /public;/../admin'],
    ['R-47', 'GET /public/../admin'],
    ['R-47', 'GET /public/%2e%2e/admin'],
    ['R-47', 'GET /public/..%2fadmin'],
    ['R-47', 'GET /./admin'],
  ])('%s %s', async (id, target) => {
    expectRuling(id, await ask(api, asking(target)));
    expect([403, 404]).toContain((await ask(api, asking(target, USER))).answer.status);
    expect(served).toEqual([]);
  });

  it('R-39 an unknown route tells nobody whether a token is good', async () => {
    const answers = [];
    for (const token of [undefined, USER, ADMIN, 'x']) {
      const outcome = await ask(api, asking('GET /nope', token));
      // No guard was asked, so that there is nothing that could take longer.
      expectUnrouted(outcome);
      answers.push(withoutDate(outcome.answer.text));
    }
    expect(new Set(answers).size).toBe(1);
  });

  it.each([
    ['R-53', 'GET /users/me%2F'],
    ['R-53', 'GET /users/me?x'],
    ['R-53', 'GET /users/./me'],
    ['R-53', 'GET /users/%6de'],
    ['R-53', 'GET /shadowed/me'],
    ['R-53', 'GET /shadowed/me%2F'],
    ['R-53', 'GET /shadowed/./me'],
  ])('%s %s', async (id, target) => {
    expectRuling(id, await ask(api, asking(target)));
    expect(served).toEqual([]);
    // Whichever handler the path leads to, it is its own requirement that counts.
    const { answer } = await ask(api, asking(target, USER));
    expect([200, 403, 404]).toContain(answer.status);
    expect(served).toEqual(answer.status === 200 ? ['me'] : []);
  });

  it('R-59 the controller of a dynamic module is closed', () =>
    withApi(adapter, { controllers: [], imports: [dynamicModule() as never] }, async (other) => {
      expectRuling('R-59', await ask(other, asking('GET /feature')));
      expect(served).toEqual([]);
      expect((await ask(other, asking('GET /feature', USER))).answer.status).toBe(200);
    }));

  it('R-59 the controller of a module that is loaded later has no routes', () =>
    withApi(adapter, { controllers: [] }, async (other) => {
      const feature = moduleOf({ controllers: [FeatureApi] });
      await other.app.get(LazyModuleLoader).load(() => feature);
      expectRuling('R-59', await ask(other, asking('GET /feature')));
      expect((await ask(other, asking('GET /feature', USER))).answer.status).toBe(404);
      expect(served).toEqual([]);
    }));

  it('R-61 no guard sees a route that is added on the HTTP adapter, and users are told so', () => {
    expect(readme()).toMatch(/guards cannot see[^.]*routes added directly on the HTTP adapter/i);
    const configure: Parameters<typeof startFixture>[1] = {
      configure: (app) => {
        const answer = (_request: unknown, response: { send(body: object): void }): void => {
          response.send({ raw: true });
        };
        app.getHttpAdapter().get('/raw', answer as never);
      },
    };
    return withApi(adapter, configure, async (other) => {
      const { answer, reason } = await ask(other, asking('GET /raw'));
      expect([answer.status, reason, jsonOf(answer)]).toEqual([200, undefined, { raw: true }]);
    });
  });
});
