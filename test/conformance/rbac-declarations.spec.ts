import { Controller, Get, type Type } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { RouterExecutionContext } from '@nestjs/core/router/router-execution-context.js';
import { AuthGuard, AuthReport, Public, Roles, RolesGuard } from '../../lib/index.js';
import { ADAPTERS } from '../e2e/http/application.js';
import { caseOf } from './catalogue.js';
import type { Fixture } from './fixture.js';
import { mint } from './minting.js';
import {
  ADMIN,
  ask,
  asking,
  expectRuling,
  expectServedToAnybody,
  USER,
  withApi,
} from './rbac-fixture.js';
import { expectVerdict } from './verdict.js';

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** A function that calls another, and says nothing of it. */
function wrapped(original: Method): Method {
  return function (...args) {
    return original.apply(this, args);
  };
}

/** Replaces the function of a handler, as decorators do that trace. */
function Trace(): MethodDecorator {
  return (_target, _key, descriptor) => {
    descriptor.value = wrapped(descriptor.value as unknown as Method) as never;
  };
}

@Controller('one')
@Roles('staff')
class DecoratedAbove {
  @Roles('admin')
  @Get()
  handler(): object {
    return {};
  }
}

@Roles('staff')
@Controller('other')
class DecoratedBelow {
  @Get()
  @Roles('admin')
  handler(): object {
    return {};
  }
}

@Roles('admin')
@Controller('opened')
class OpenedByHandler {
  @Public()
  @Get('open')
  open(): object {
    return {};
  }

  @Get('closed')
  closed(): object {
    return {};
  }
}

class Base {
  @Roles('admin')
  @Get('secret')
  secret(): object {
    return {};
  }
}

@Controller('overriding')
class Overriding extends Base {
  @Get('secret')
  override secret(): object {
    return {};
  }
}

@Controller('inheriting')
class Inheriting extends Base {}

@Controller('traced')
class Traced {
  @Get('secret')
  @Trace()
  @Roles('admin')
  secret(): object {
    return {};
  }
}

@Controller('plain')
class Plain {
  @Roles('admin')
  @Get('secret')
  secret(): object {
    return {};
  }
}

describe.each(ADAPTERS)('declarations on %s', (adapter) => {
  /** What an application with one controller is asked. */
  const served = (controller: Type, use: (api: Fixture) => Promise<void>): Promise<void> =>
    withApi(adapter, { controllers: [controller] }, use);

  const statusOf = async (api: Fixture, target: string, token?: string): Promise<number> =>
    (await ask(api, asking(target, token))).answer.status;

  it.each([
    ['R-27', DecoratedAbove, 'GET /one'],
    ['R-27', DecoratedBelow, 'GET /other'],
  ])('%s of class and handler, the closest wins: %p', (id, controller, target) =>
    served(controller, async (api) => {
      const tokens = {
        admin: await mint({ roles: ['admin'] }),
        both: await mint({ roles: ['staff', 'admin'] }),
        staff: await mint({ roles: ['staff'] }),
      };
      expectRuling(id, await ask(api, asking(target, tokens.admin)));
      expectRuling(id, await ask(api, asking(target, tokens.both)));
      const refused = await ask(api, asking(target, tokens.staff));
      expect(refused).toMatchObject({ answer: { status: 403 }, reason: 'insufficient_role' });
      expect(await statusOf(api, target)).toBe(401);
    }),
  );

  it('R-29 a handler is opened, and the others of its class are not', () =>
    served(OpenedByHandler, async (api) => {
      expectServedToAnybody('R-29', await ask(api, asking('GET /opened/open')));
      expect(await statusOf(api, 'GET /opened/closed')).toBe(401);
      expect(await statusOf(api, 'GET /opened/closed', USER)).toBe(403);
      expect(api.app.get(AuthReport).routes()).toMatchObject([
        { path: '/opened/closed', policy: 'role admin', warnings: [] },
        {
          path: '/opened/open',
          policy: 'public',
          declaredOn: ['OpenedByHandler.open'],
          warnings: [{ code: 'public_beside_requirement' }],
        },
      ]);
    }));

  it.each([
    ['R-31', Overriding, 'GET /overriding/secret'],
    ['R-32', Traced, 'GET /traced/secret'],
    ['R-34', Inheriting, 'GET /inheriting/secret'],
  ])('%s keeps its requirement: %p', (id, controller, target) =>
    served(controller, async (api) => {
      expectRuling(id, await ask(api, asking(target, USER)));
      expect(await statusOf(api, target)).toBe(401);
      expect(await statusOf(api, target, ADMIN)).toBe(200);
    }),
  );

  /** Starts an application while an agent wraps every handler, and asks it. */
  const servedByAgent = async (
    copiesMetadata: boolean,
    use: (api: Fixture) => Promise<void>,
  ): Promise<void> => {
    const prototype = RouterExecutionContext.prototype as unknown as { create: Method };
    const { create } = prototype;
    prototype.create = function (instance, callback, ...rest) {
      const wrapper = wrapped(callback as Method);
      for (const key of copiesMetadata ? Reflect.getMetadataKeys(callback as Method) : []) {
        Reflect.defineMetadata(key, Reflect.getMetadata(key, callback as Method), wrapper);
      }
      return create.call(this, instance, wrapper, ...rest);
    };
    try {
      await served(Plain, use);
    } finally {
      prototype.create = create;
    }
  };

  it('R-33 an agent that copies nothing closes the handler to whomever', () =>
    servedByAgent(false, async (api) => {
      const expected = {
        ...caseOf('R-33'),
        expected_error_code: 'unsupported_context',
        expected_www_authenticate: null,
      };
      for (const token of [undefined, USER, ADMIN]) {
        const outcome = await ask(api, asking('GET /plain/secret', token));
        expectVerdict(expected, outcome);
        expect(outcome.reason).toBe('unknown_handler');
      }
    }));

  it('R-33 an agent that copies metadata changes nothing', () =>
    servedByAgent(true, async (api) => {
      expectRuling('R-33', await ask(api, asking('GET /plain/secret', USER)));
      expect(await statusOf(api, 'GET /plain/secret')).toBe(401);
      expect(await statusOf(api, 'GET /plain/secret', ADMIN)).toBe(200);
    }));

  it.each([
    ['R-72', 'classes of the application', { global: false }],
    ['R-72', 'before those of the module', {}],
  ])('%s guards in the wrong order, %s', (id, _, auth) => {
    const providers = [RolesGuard, AuthGuard].map((useClass) => ({ provide: APP_GUARD, useClass }));
    return withApi(adapter, { controllers: [Plain], providers, auth }, async (api) => {
      expectRuling(id, await ask(api, asking('GET /plain/secret')));
      expect(await statusOf(api, 'GET /plain/secret', 'x')).toBe(401);
      expect(await statusOf(api, 'GET /plain/secret', USER)).toBe(403);
      // Nothing is decided before it is known who asks, so that the order does not matter.
      expect(await statusOf(api, 'GET /plain/secret', ADMIN)).toBe(200);
    });
  });

  it('R-72 the roles guard alone lets nobody in who is not known', () => {
    const providers = [{ provide: APP_GUARD, useClass: RolesGuard }];
    const parts = { controllers: [Plain], providers, auth: { global: false } };
    return withApi(adapter, parts, async (api) => {
      expectRuling('R-72', await ask(api, asking('GET /plain/secret')));
    });
  });
});
