import { Controller, Get, Post, type Type } from '@nestjs/common';
import { AuthReport, OptionalAuth, Public, Roles, type ReportedRoute } from '../../../lib/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { ADAPTERS, get, start, type RunningApplication } from './application.js';

/** Replaces the handler and copies no metadata, as some tracing decorators do. */
function Trace(): MethodDecorator {
  return (_target, _key, descriptor) => {
    const traced = descriptor.value as unknown as (...args: unknown[]) => unknown;
    descriptor.value = function (this: unknown, ...args: unknown[]): unknown {
      return traced.apply(this, args);
    } as never;
  };
}

class GuardedBase {
  @Roles('admin')
  @Get('orders')
  list(): object {
    return {};
  }
}

@Controller('overridden')
class Overridden extends GuardedBase {
  @Get('orders')
  override list(): object {
    return {};
  }
}

@Controller('redeclared')
class Redeclared extends GuardedBase {
  @Roles('clerk')
  @Get('orders')
  override list(): object {
    return {};
  }
}

@Controller('inherited')
class Inherited extends GuardedBase {}

@Controller('traced')
class Traced {
  @Get('orders')
  @Trace()
  @Roles('admin')
  list(): object {
    return {};
  }

  @Trace()
  @Roles('admin')
  @Trace()
  @Get('lost')
  lost(): object {
    return {};
  }

  @Roles('admin')
  @Get('kept')
  @Trace()
  kept(): object {
    return {};
  }
}

@Public()
@Controller('open')
class OpenBase {
  @Get('orders')
  list(): object {
    return {};
  }
}

@Controller('child-of-open')
class ChildOfOpen extends OpenBase {}

function crudFor(role: string): Type<{ list(): object }> {
  class CrudController {
    @Roles(role)
    @Get('orders')
    list(): object {
      return {};
    }
  }
  return CrudController;
}

@Controller('mixed-in')
class MixedIn extends crudFor('auditor') {}

@Controller('mixed-in-and-overridden')
class MixedInAndOverridden extends crudFor('auditor') {
  @Get('orders')
  override list(): object {
    return {};
  }
}

@Roles('admin')
@Controller('opened')
class Opened {
  @Public()
  @Get('orders')
  list(): object {
    return {};
  }

  @OptionalAuth()
  @Post('orders')
  place(): object {
    return {};
  }
}

@Roles('admin')
class ClosedBase {
  @Get('orders')
  list(): object {
    return {};
  }
}

@Public()
@Controller('opened-child')
class OpenedChild extends ClosedBase {}

@Public()
@Controller('closed-by-base')
class ClosedByBase extends GuardedBase {}

@Controller('opened-override')
class OpenedOverride extends GuardedBase {
  @Public()
  @Get('orders')
  override list(): object {
    return {};
  }
}

@Public()
@Controller('open-but-overridden')
class OpenButOverridden extends GuardedBase {
  @Get('orders')
  override list(): object {
    return {};
  }
}

const CONTROLLERS = [
  ...[Overridden, Redeclared, Inherited, Traced, OpenBase, ChildOfOpen],
  ...[
    MixedIn,
    MixedInAndOverridden,
    Opened,
    OpenedChild,
    ClosedByBase,
    OpenedOverride,
    OpenButOverridden,
  ],
];

/** A path, what a stranger and a caller without roles are answered there, and what the report says. */
const CASES: readonly [
  string,
  number,
  number,
  Pick<ReportedRoute, 'policy' | 'declaredOn'>,
  string[],
][] = [
  [
    '/overridden/orders',
    ...([401, 403] as const),
    { policy: 'role admin', declaredOn: ['GuardedBase.list'] },
    ['requirement_from_override'],
  ],
  [
    '/redeclared/orders',
    ...([401, 403] as const),
    { policy: 'role clerk', declaredOn: ['Redeclared.list'] },
    [],
  ],
  [
    '/inherited/orders',
    ...([401, 403] as const),
    { policy: 'role admin', declaredOn: ['GuardedBase.list'] },
    [],
  ],
  [
    '/traced/orders',
    ...([401, 403] as const),
    { policy: 'role admin', declaredOn: ['Traced.list'] },
    ['wrapped'],
  ],
  [
    '/traced/kept',
    ...([401, 403] as const),
    { policy: 'role admin', declaredOn: ['Traced.kept'] },
    [],
  ],
  ['/open/orders', 200, 200, { policy: 'public', declaredOn: ['OpenBase'] }, []],
  [
    '/child-of-open/orders',
    ...([401, 200] as const),
    { policy: 'any authenticated caller', declaredOn: [] },
    ['undeclared'],
  ],
  [
    '/mixed-in/orders',
    ...([401, 403] as const),
    { policy: 'role auditor', declaredOn: ['CrudController.list'] },
    [],
  ],
  [
    '/mixed-in-and-overridden/orders',
    ...([401, 403] as const),
    { policy: 'role auditor', declaredOn: ['CrudController.list'] },
    ['requirement_from_override'],
  ],
  [
    '/opened/orders',
    ...([200, 200] as const),
    { policy: 'public', declaredOn: ['Opened.list'] },
    ['public_beside_requirement'],
  ],
  [
    '/opened-child/orders',
    ...([200, 200] as const),
    { policy: 'public', declaredOn: ['OpenedChild'] },
    ['public_beside_requirement'],
  ],
  [
    '/closed-by-base/orders',
    ...([401, 403] as const),
    { policy: 'role admin', declaredOn: ['GuardedBase.list'] },
    [],
  ],
  [
    '/opened-override/orders',
    ...([200, 200] as const),
    { policy: 'public', declaredOn: ['OpenedOverride.list'] },
    ['public_beside_requirement'],
  ],
  [
    '/open-but-overridden/orders',
    ...([401, 403] as const),
    { policy: 'role admin', declaredOn: ['GuardedBase.list'] },
    ['requirement_from_override'],
  ],
];

describe.each(ADAPTERS)('the report says what the guards do, on %s', (adapter) => {
  let issuer: TestIssuer;
  let api: RunningApplication;
  let report: AuthReport;

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    const auth = { issuers: [issuer.options()] };
    api = await start(adapter, { controllers: CONTROLLERS, auth });
    report = api.app.get(AuthReport);
  });

  afterAll(async () => {
    await api.close();
    await issuer.close();
  });

  it.each(CASES)('at %s', async (path, stranger, caller, expected, codes) => {
    const route = report.routes().find((each) => each.path === path && each.method === 'GET');
    expect(route).toMatchObject(expected);
    expect(route?.warnings.map(({ code }) => code)).toEqual(codes);
    const token = await issuer.token();
    expect((await get(api.url + path)).status).toBe(stranger);
    expect((await get(api.url + path, token)).status).toBe(caller);
  });

  it('names the handlers and the classes in its warnings', () => {
    const messages = report.warnings().map(({ message }) => message);
    expect(messages).toEqual(
      expect.arrayContaining([
        'Overridden.list overrides GuardedBase.list and declares nothing itself: what GuardedBase.list requires still holds',
        'ChildOfOpen.list has no declaration, and what opens OpenBase is not inherited: any authenticated caller may call it',
        'OpenedChild.list is opened by OpenedChild, and the requirement of ClosedBase does not hold for it',
        'Opened.place is opened by Opened.place, and the requirement of Opened does not hold for it',
      ]),
    );
    expect(messages.find((each) => each.startsWith('Traced.list was replaced'))).toBeDefined();
  });

  it('lists the handlers that Nest routes to, and no other', () => {
    const names = report.routes().map(({ controller, handler }) => `${controller}.${handler}`);
    expect(names).toHaveLength(CASES.length + 1);
    expect(names).toContain('Opened.place');
    expect(names).not.toContain('Traced.lost');
  });
});
