import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import {
  AuthConfigurationError,
  CurrentUser,
  Permissions,
  Roles,
  Scopes,
  type Principal,
} from '../../lib/index.js';
import { ADAPTERS } from '../e2e/http/application.js';
import { caseOf, tokenOf } from './catalogue.js';
import { FixtureApi, startFixture, type Fixture } from './fixture.js';
import { ADMIN, ask, asking, documentation, expectRuling, jsonOf, USER } from './rbac-fixture.js';
import { expectVerdict, type Outcome } from './verdict.js';

/** The handlers of the fixture, of which none creates anything: 200, as the catalogue has it. */
@Controller()
class OrdersApi extends FixtureApi {
  @Scopes('orders:write')
  @HttpCode(200)
  @Post('orders')
  override order(@CurrentUser() user: Principal): object {
    return { sub: user.subject };
  }
}

/** Handlers that require names which are also something else. */
@Controller()
class NamesApi {
  @Permissions('toString')
  @Get('to-string')
  toStrings(): object {
    return {};
  }

  @Permissions('orders:write')
  @Get('permitted')
  permitted(): object {
    return {};
  }

  @Scopes('read:/johnathan')
  @Get('johnathan')
  johnathan(): object {
    return {};
  }

  @Get('scopes')
  scopes(@CurrentUser() user: Principal): object {
    return [...user.scopes];
  }
}

describe.each(ADAPTERS)('names that are compared on %s', (adapter) => {
  let api: Fixture;

  beforeAll(async () => {
    api = await startFixture(adapter, { controllers: [OrdersApi, NamesApi] });
  });

  afterAll(() => api.close());

  const askAs = (id: string, target: string): Promise<Outcome> =>
    ask(api, asking(target, tokenOf(id)));

  it.each([
    ['R-01', 'GET /admin'],
    ['R-02', 'GET /admin'],
    ['R-06', 'GET /admin'],
    ['R-07', 'GET /admin'],
    ['R-08', 'GET /admin'],
    ['R-09', 'GET /admin'],
    ['R-11', 'GET /admin'],
    ['R-15', 'GET /to-string'],
    ['R-16', 'GET /admin'],
    ['R-17', 'POST /orders'],
    ['R-18', 'POST /orders'],
    ['R-22', 'POST /orders'],
    ['R-23', 'POST /orders'],
    ['R-24', 'POST /orders'],
  ])('%s at %s', async (id, target) => {
    expectRuling(id, await askAs(id, target));
    // An identity that is remembered gets the same answer.
    expectRuling(id, await askAs(id, target));
    // Whoever has the token is known all the same.
    expect(await askAs(id, 'GET /me')).toMatchObject({ answer: { status: 200 }, reason: 'ok' });
  });

  it.each(['GET /permitted', 'GET /orders', 'POST /orders'])(
    'R-16 a star is a name like others at %s',
    async (target) => {
      expect((await askAs('R-16', target)).answer.status).toBe(403);
    },
  );

  it('R-20 a scope for one resource is none for another whose name begins with it', async () => {
    const challenge = 'Bearer realm="api", error="insufficient_scope", scope="read:/johnathan"';
    const expected = { ...caseOf('R-20'), expected_www_authenticate: challenge };
    expectVerdict(expected, await askAs('R-20', 'GET /johnathan'));
  });

  it.each(['GET /orders', 'POST /orders', 'GET /admin'])(
    'R-21 whoever has both scopes and the role gets in at %s',
    async (target) => {
      expectRuling('R-21', await ask(api, asking(target, ADMIN)));
    },
  );

  it('R-22 spaces around scopes make no empty scope', async () => {
    const { answer } = await askAs('R-22', 'GET /scopes');
    expect(jsonOf(answer)).toEqual(['orders:write']);
  });

  it('R-23 other space does not part scopes', async () => {
    const { answer } = await askAs('R-23', 'GET /scopes');
    expect(jsonOf(answer)).toEqual(['x\torders:write\ny']);
  });

  it('R-73 403 is for whoever is known, and 401 for whoever is not', async () => {
    expectRuling('R-73', await ask(api, asking('GET /admin', USER)));
    for (const target of ['GET /admin', 'GET /to-string', 'GET /orders', 'POST /orders']) {
      const outcome = await ask(api, asking(target));
      expect(outcome).toMatchObject({ answer: { status: 401 }, reason: 'missing_credentials' });
    }
  });
});

describe('what is documented', () => {
  it('R-01 of a lone text', () => {
    expect(documentation()).toContain('a lone string is one name');
  });

  it('R-24 of a list of scopes', () => {
    expect(documentation()).toContain('an array of strings is understood by all of them');
  });
});

describe('a decorator that names nothing', () => {
  const decorators = { Roles, Permissions, Scopes };
  const given: [words: string, names: unknown[]][] = [
    ['no argument', []],
    ['undefined', [undefined]],
    ['null', [null]],
    ['an empty text', ['']],
    ['a space', [' ']],
    ['an empty list', [[]]],
    ['a list with a gap', [['admin', undefined]]],
  ];
  const spellings = Object.entries(decorators).flatMap(([name, decorator]) => [
    { name, decorate: (names: never[]) => decorator(...names) },
    { name: `${name}.any`, decorate: (names: never[]) => decorator.any(...names) },
    { name: `${name}.all`, decorate: (names: never[]) => decorator.all(...names) },
  ]);
  const rows = spellings.flatMap((each) =>
    given.map(([words, names]) => ({ ...each, words, names })),
  );

  it.each(rows)('R-26 @$name with $words', ({ decorate, names }) => {
    const declareIt = (): unknown => {
      class Declares {
        @decorate(names as never[])
        handler(): object {
          return {};
        }
      }
      return Declares;
    };
    // The application cannot even be loaded.
    expect(caseOf('R-26')).toMatchObject({
      expected_status: 0,
      expected_error_code: 'config_error',
    });
    expect(declareIt).toThrow(AuthConfigurationError);
  });
});
