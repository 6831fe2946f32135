import { All, Controller, Delete, Get, type Type } from '@nestjs/common';
import {
  anyOf,
  arg,
  Authenticated,
  AuthModule,
  AuthReport,
  Authorize,
  hasRole,
  hasScope,
  Owner,
  policy,
  Public,
  RoleMap,
  Roles,
  SameOrg,
  type Policy,
} from '../../lib/index.js';
import { create, moduleOf } from '../e2e/http/application.js';

const issuers = [{ issuer: 'https://issuer.example/', audience: 'api://test' }];

class Documents {
  load(): undefined {
    return undefined;
  }
}

class MayRead implements Policy<{ id: unknown; page: unknown }> {
  allows(): boolean {
    return true;
  }
}

async function reportOf(controllers: Type[]): Promise<AuthReport> {
  const imports = [AuthModule.forRoot({ issuers })];
  const parts = { imports, controllers, providers: [Documents, MayRead] };
  const app = await create('express', moduleOf(parts));
  await app.init();
  const report = app.get(AuthReport);
  await app.close();
  return report;
}

/** A controller with a handler of GET, one of DELETE and one of every method. */
function controllerWith(onClass: ClassDecorator, onHandlers?: MethodDecorator): Type {
  const decorate = onHandlers ?? ((): void => undefined);

  @Controller('documents/:id')
  @onClass
  class Api {
    @Get()
    @decorate
    read(): void {
      // Only its declaration matters.
    }

    @Delete()
    @decorate
    remove(): void {
      // Only its declaration matters.
    }

    @All('all')
    @decorate
    all(): void {
      // Only its declaration matters.
    }
  }
  return Api;
}

const codesOf = (report: AuthReport): unknown[] =>
  report.routes().map(({ handler, warnings }) => [handler, ...warnings.map(({ code }) => code)]);

describe('the report', () => {
  it('shows a rule that a method is exempt from', async () => {
    const report = await reportOf([
      controllerWith(Owner({ load: Documents, safeMethods: ['GET', 'HEAD'] })),
    ]);
    const told = report.routes().map(({ handler, policy: words, declaredOn }) => ({
      ...{ handler, words, declaredOn },
    }));
    expect(told).toContainEqual({
      handler: 'read',
      words: 'any authenticated caller; owner of params.id (not asked: GET, HEAD)',
      declaredOn: ['Api', 'Api'],
    });
    for (const handler of ['remove', 'all']) {
      expect(told).toContainEqual({ handler, words: 'owner of params.id', declaredOn: ['Api'] });
    }
  });

  it('names the kind of an authority in a combination', async () => {
    const rule = anyOf(hasRole('a', 'b'), hasScope('base'));
    const report = await reportOf([controllerWith(Authorize(rule))]);
    expect(report.routes()[0]?.policy).toBe('(roles any of a, b) or (scope base)');
    const alone = await reportOf([controllerWith(Authorize(hasRole('a')))]);
    expect(alone.routes()[0]?.policy).toBe('role a');
  });
});

describe('@Authenticated on a handler', () => {
  it.each<[string, ClassDecorator]>([
    ['roles', Roles('a')],
    ['a role map', RoleMap('a')],
  ])('does not lift %s of its class', async (_, onClass) => {
    const report = await reportOf([controllerWith(onClass, Authenticated())]);
    expect(new Set(report.routes().map(({ policy: words }) => words))).toEqual(new Set(['role a']));
  });
});

describe('a rule on trial', () => {
  const enforced = SameOrg('params.id');
  const onTrial = SameOrg('params.id', { dryRun: true });

  it('is warned of where it replaces one that refuses', async () => {
    const report = await reportOf([controllerWith(enforced, onTrial)]);
    expect(report.warnings()).toContainEqual({
      code: 'trial_replaces_rule',
      message:
        'Api.read has @SameOrg of Api.read on trial in the place of that of Api, which refuses nobody any more',
    });
    expect(report.warnings()).toHaveLength(3);
  });

  it('is warned of where a subclass replaces that of its base class', async () => {
    @Controller('base/:id')
    @enforced
    class Base {
      @Get()
      read(): void {
        // Only its declaration matters.
      }
    }
    @Controller('child/:id')
    @onTrial
    class Child extends Base {}
    const report = await reportOf([Child]);
    const [warning] = report.warnings();
    expect(warning?.message).toMatch(/^Child\.read .* of Child on trial .* that of Base,/);
  });

  it('is warned of for the methods only that the other one bears on', async () => {
    const exempting = SameOrg('params.id', { safeMethods: ['GET'] });
    const report = await reportOf([controllerWith(exempting, onTrial)]);
    const code = 'trial_replaces_rule';
    expect(new Set(codesOf(report))).toEqual(new Set([['read'], ['remove', code], ['all', code]]));
  });

  it.each<[string, ClassDecorator, MethodDecorator]>([
    ['beside one that refuses', enforced, both(enforced, onTrial)],
    ['in the place of another one on trial', onTrial, onTrial],
    ['of another decorator', Authorize(hasRole('a')), onTrial],
    ['of a class that nothing is asked of', Authenticated(), onTrial],
  ])('is fine %s', async (_, onClass, onHandler) => {
    const report = await reportOf([controllerWith(onClass, onHandler)]);
    expect(report.warnings()).toEqual([]);
  });
});

function both(...decorators: MethodDecorator[]): MethodDecorator {
  return (...target) => {
    for (const decorate of decorators) decorate(...target);
  };
}

describe('a handler that is opened', () => {
  it.each<[string, ClassDecorator, number]>([
    ['any authenticated caller', Authenticated(), 0],
    ['a role', Roles('a'), 3],
    ['a rule', SameOrg('params.id'), 3],
    ['roles by method', RoleMap('a'), 3],
  ])('is warned of where its class asks for more than %s', async (_, onClass, count) => {
    const report = await reportOf([controllerWith(onClass, Public())]);
    const codes = report.warnings().map(({ code }) => code);
    expect(codes).toEqual(Array(count).fill('public_beside_requirement'));
  });
});

describe('a parameter that a rule reads', () => {
  it.each<[string, MethodDecorator]>([
    ['arg()', Authorize(MayRead, { id: arg('params.x'), page: arg('query.page') })],
    [
      'a combination',
      Authorize(anyOf(hasRole('a'), policy(MayRead, { id: arg('params.x'), page: 1 }))),
    ],
    ['@SameOrg', SameOrg('params.x')],
    ['@Owner', Owner({ load: Documents, id: 'params["x"]' })],
  ])('is warned of where the path does not have it: %s', async (_, decorator) => {
    const report = await reportOf([controllerWith(Authenticated(), decorator)]);
    expect(report.warnings()).toContainEqual({
      code: 'unknown_parameter',
      message:
        'Api.read has a rule that reads params.x, and its path /documents/:id has no such parameter',
    });
  });

  it.each(['files/*id', 'files/:id.json', '{:id/}files', 'a-:id-b', ':"id"'])(
    'is found in %s',
    async (path) => {
      @Controller(path)
      class Files {
        @Get()
        @SameOrg('params.id')
        read(): void {
          // Only its declaration matters.
        }
      }
      expect((await reportOf([Files])).warnings()).toEqual([]);
    },
  );

  it('is warned of at the address only that does not have it', async () => {
    @Controller('files')
    class Files {
      @Get([':id', 'all'])
      @SameOrg('params.id')
      read(): void {
        // Only its declaration matters.
      }
    }
    const routes = (await reportOf([Files])).routes();
    expect(routes.map(({ path, warnings }) => [path, warnings.length])).toEqual([
      ['/files/:id', 0],
      ['/files/all', 1],
    ]);
  });
});
