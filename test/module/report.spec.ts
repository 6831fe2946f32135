import {
  Controller,
  Get,
  Injectable,
  Post,
  UseGuards,
  type OnApplicationBootstrap,
  type Type,
} from '@nestjs/common';
import {
  AuthConfigurationError,
  Authenticated,
  AuthGuard,
  AuthModule,
  AuthReport,
  Authorize,
  hasRole,
  OptionalAuth,
  Permissions,
  Public,
  Roles,
  RolesGuard,
  SameOrg,
  Scopes,
  type AuthModuleOptions,
} from '../../lib/index.js';
import { assertNoWarnings } from '../../lib/module/report/assert-no-warnings.js';
import { create, moduleOf } from '../e2e/http/application.js';

const issuers = [{ issuer: 'https://issuer.example/', audience: 'api://test' }];

/** Boots an application, and gives its report. */
async function reportOf(
  controllers: Type[],
  options: Partial<AuthModuleOptions> = {},
): Promise<AuthReport> {
  const imports = [AuthModule.forRoot({ issuers, ...options })];
  const app = await create('express', moduleOf({ imports, controllers }));
  await app.init();
  const report = app.get(AuthReport);
  await app.close();
  return report;
}

/** A controller with one handler, which the decorators are put on. */
function controllerWith(
  decorators: readonly MethodDecorator[],
  onClass: ClassDecorator[] = [],
): Type {
  class Orders {
    list(): object {
      return {};
    }
  }
  const descriptor = Object.getOwnPropertyDescriptor(Orders.prototype, 'list') ?? {};
  for (const decorate of [Get(), ...decorators]) decorate(Orders.prototype, 'list', descriptor);
  for (const decorate of [Controller('orders'), ...onClass]) decorate(Orders);
  return Orders;
}

@Roles('admin', 'owner')
@Controller('orders')
class OrdersController {
  @Public()
  @Get()
  list(): object {
    return {};
  }

  @Scopes('orders:write')
  @Post()
  place(): object {
    return {};
  }
}

@Controller('profile')
class ProfileController {
  @Get()
  mine(): object {
    return {};
  }
}

describe('what the report says of a policy', () => {
  const handler = ['Orders.list'];

  it.each<[string, MethodDecorator[], string, string[]]>([
    ['nothing', [], 'any authenticated caller', []],
    ['@Public()', [Public()], 'public', handler],
    ['@OptionalAuth()', [OptionalAuth()], 'anyone, a bad token rejected', handler],
    [
      '@OptionalAuth({ onInvalid })',
      [OptionalAuth({ onInvalid: 'anonymous' })],
      'anyone, a bad token counts as none',
      handler,
    ],
    ['@Authenticated()', [Authenticated()], 'any authenticated caller', handler],
    ['one role', [Roles('admin')], 'role admin', handler],
    [
      'everything',
      [
        SameOrg('params.orgId'),
        Scopes('orders:write'),
        Permissions('orders:place', 'orders:pay'),
        Roles('admin', 'owner'),
      ],
      'roles any of admin, owner; permissions all of orders:place, orders:pay; scope orders:write; same organization as params.orgId',
      ['Orders.list', 'Orders.list', 'Orders.list', 'Orders.list'],
    ],
    [
      'a hidden rule',
      [SameOrg('params.orgId', { hide: true })],
      'same organization as params.orgId (404)',
      handler,
    ],
    [
      'a rule on trial',
      [Authorize(hasRole('admin'), { dryRun: true })],
      expect.stringMatching(/^any authenticated caller; .*admin \(on trial\)$/),
      ['Orders.list', 'Orders.list'],
    ],
  ])('%s', async (_, decorators, policy, declaredOn) => {
    const report = await reportOf([controllerWith(decorators)]);
    expect(report.routes()).toEqual([expect.objectContaining({ policy, declaredOn })]);
  });

  it('nothing, where that is denied', async () => {
    const report = await reportOf([controllerWith([])], { undeclaredRoutes: 'deny' });
    expect(report.routes()[0]?.policy).toBe('nobody: nothing is declared');
    expect(report.warnings()).toEqual([
      {
        code: 'undeclared',
        message: 'Orders.list has no declaration: nobody may call it',
      },
    ]);
  });

  it.each<[string, ClassDecorator[], string, string[]]>([
    ['no guard', [], 'anyone: no guard of AuthModule is there', ['undeclared', 'unguarded']],
    [
      'a guard that authenticates only',
      [UseGuards(AuthGuard)],
      'any authenticated caller',
      ['undeclared'],
    ],
  ])('with %s of its own', async (_, onClass, policy, codes) => {
    const report = await reportOf([controllerWith([], onClass)], { global: false });
    expect(report.routes()[0]?.policy).toBe(policy);
    expect(report.warnings().map(({ code }) => code)).toEqual(codes);
  });

  it('with both guards of its own', async () => {
    const guarded = controllerWith([UseGuards(AuthGuard, RolesGuard)]);
    const report = await reportOf([guarded], { global: false, undeclaredRoutes: 'deny' });
    expect(report.routes()[0]?.policy).toBe('nobody: nothing is declared');
  });

  it.each<[NonNullable<AuthModuleOptions['roleMap']>, string]>([
    [{ GET: 'admin' }, 'role admin'],
    [{ GET: true }, 'any authenticated caller'],
    [{ POST: 'admin' }, 'nobody: GET is not in the role map'],
  ])('the role map of the module: %j', async (roleMap, policy) => {
    const report = await reportOf([controllerWith([])], { roleMap });
    const expected = { policy, declaredOn: ['roleMap'], warnings: [] };
    expect(report.routes()).toEqual([expect.objectContaining(expected)]);
  });

  it('the function that an instance has in the place of a method, once', async () => {
    @Controller('bound')
    class Bound {
      constructor() {
        this.list = this.list.bind(this);
      }

      @Roles('admin')
      @Get()
      list(): object {
        return {};
      }
    }
    const report = await reportOf([Bound]);
    expect(report.routes()).toEqual([
      {
        ...{ controller: 'Bound', handler: 'list', transport: 'http', method: 'GET' },
        ...{ path: '/bound', policy: 'role admin', declaredOn: ['Bound.list'], warnings: [] },
      },
    ]);
  });
});

describe('the report', () => {
  it('is a table, and the same as data', async () => {
    const report = await reportOf([ProfileController, OrdersController]);
    expect(report.toTable()).toBe(
      [
        'METHOD  PATH      HANDLER                 POLICY                                         DECLARED ON                               WARNINGS',
        'GET     /orders   OrdersController.list   public                                         OrdersController.list                     public_beside_requirement',
        'POST    /orders   OrdersController.place  roles any of admin, owner; scope orders:write  OrdersController, OrdersController.place',
        'GET     /profile  ProfileController.mine  any authenticated caller                                                                 undeclared',
      ].join('\n'),
    );
    expect(JSON.parse(JSON.stringify(report))).toEqual(report.toJSON());
    expect(report.toJSON().routes[1]).toEqual({
      controller: 'OrdersController',
      handler: 'place',
      transport: 'http',
      method: 'POST',
      path: '/orders',
      policy: 'roles any of admin, owner; scope orders:write',
      declaredOn: ['OrdersController', 'OrdersController.place'],
      warnings: [],
    });
  });

  it('is the same in whatever order the controllers are registered', async () => {
    const one = await reportOf([ProfileController, OrdersController]);
    const other = await reportOf([OrdersController, ProfileController]);
    expect(JSON.stringify(one)).toBe(JSON.stringify(other));
  });

  it('is made once, and cannot be changed', async () => {
    const report = await reportOf([OrdersController]);
    const routes = report.routes();
    expect(report.routes()).toBe(routes);
    const [route] = routes;
    const parts = [routes, route, route?.declaredOn, route?.warnings, route?.warnings[0]];
    expect(parts.map(Object.isFrozen)).toEqual([true, true, true, true, true]);
  });

  it('refuses to answer before the application has booted', async () => {
    const imports = [AuthModule.forRoot({ issuers })];
    const app = await create('express', moduleOf({ imports, controllers: [OrdersController] }));
    expect(() => app.get(AuthReport).routes()).toThrow(AuthConfigurationError);
    await app.init();
    expect(app.get(AuthReport).routes()).toHaveLength(2);
    await app.close();
  });

  it('can be injected in any module', async () => {
    @Injectable()
    class Auditor {
      constructor(readonly report: AuthReport) {}
    }
    const other = moduleOf({ providers: [Auditor] });
    const imports = [AuthModule.forRoot({ issuers }), other];
    const app = await create('express', moduleOf({ imports, controllers: [OrdersController] }));
    await app.init();
    expect(app.get(Auditor, { strict: false }).report).toBe(app.get(AuthReport));
    await app.close();
  });
});

describe('the warnings', () => {
  it('are told once for each handler', async () => {
    @Controller(['one', 'two'])
    class Twice {
      @Get()
      list(): object {
        return {};
      }
    }
    const report = await reportOf([Twice]);
    expect(report.routes()).toHaveLength(2);
    expect(report.warnings()).toHaveLength(1);
  });

  it('refuse the boot where that is asked for', async () => {
    const report = await reportOf([OrdersController, ProfileController]);
    expect(() => {
      assertNoWarnings(report);
    }).toThrow(AuthConfigurationError);
    expect(() => {
      assertNoWarnings(report);
    }).toThrow(
      /^report\.strict allows no warning: OrdersController\.list .* \(public_beside_requirement\), and 1 more\. Declare/,
    );
  });

  it('are known to a module that refuses the boot itself', async () => {
    @Injectable()
    class Strict implements OnApplicationBootstrap {
      constructor(private readonly report: AuthReport) {}

      onApplicationBootstrap(): void {
        assertNoWarnings(this.report);
      }
    }
    const imports = [AuthModule.forRoot({ issuers })];
    const parts = { imports, controllers: [ProfileController], providers: [Strict] };
    const app = await create('express', moduleOf(parts));
    await expect(app.init()).rejects.toThrow(
      'report.strict allows no warning: ProfileController.mine has no declaration: any authenticated caller may call it (undeclared). Declare',
    );
    await app.close();
  });

  it('refuse nothing where there is none', async () => {
    const report = await reportOf([controllerWith([Authenticated()])]);
    expect(() => {
      assertNoWarnings(report);
    }).not.toThrow();
  });
});
