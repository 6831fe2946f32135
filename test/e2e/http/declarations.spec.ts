import { Controller, Get, type Type } from '@nestjs/common';
import { Public, Roles, Scopes } from '../../../lib/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { ADAPTERS, get, start, type RunningApplication } from './application.js';

/** Replaces the function, as tracing decorators do, and copies nothing. */
function Trace(): MethodDecorator {
  return (_target, _key, descriptor) => {
    const original = descriptor.value as unknown as (...args: unknown[]) => unknown;
    const traced = function (this: unknown, ...args: unknown[]): unknown {
      return original.apply(this, args);
    };
    descriptor.value = traced as never;
  };
}

@Roles('admin')
@Scopes('read')
@Controller('closed')
class ClosedClass {
  @Get('inherits')
  inherits(): object {
    return {};
  }

  @Roles('user')
  @Get('replaces')
  replaces(): object {
    return {};
  }

  @Public()
  @Get('opened')
  opened(): object {
    return {};
  }
}

@Public()
@Controller('open')
class OpenClass {
  @Get('inherits')
  inherits(): object {
    return {};
  }

  @Roles('admin')
  @Get('closed')
  closed(): object {
    return {};
  }
}

@Controller('sum')
class AddsUp {
  @Roles('a', 'b')
  @Roles('c')
  @Get('stacked')
  stacked(): object {
    return {};
  }

  @Roles.all('a', 'b')
  @Get('all')
  all(): object {
    return {};
  }

  @Scopes.any(['x', 'y'])
  @Get('any')
  any(): object {
    return {};
  }
}

@Controller('wrapped')
class Wrapped {
  @Get('handler')
  @Trace()
  @Roles('admin')
  handler(): object {
    return {};
  }
}

@Controller('bound')
class Bound {
  constructor() {
    this.handler = this.handler.bind(this);
  }

  @Roles('admin')
  @Get('handler')
  handler(): object {
    return {};
  }
}

class Base {
  @Roles('admin')
  @Get('overridden')
  overridden(): object {
    return {};
  }

  @Roles('admin')
  @Get('redeclared')
  redeclared(): object {
    return {};
  }

  @Public()
  @Get('public')
  public(): object {
    return {};
  }
}

@Controller('derived')
class Derived extends Base {
  @Get('overridden')
  override overridden(): object {
    return {};
  }

  @Roles('user')
  @Get('redeclared')
  override redeclared(): object {
    return {};
  }
}

@Public()
@Controller('base')
class OpenBase {
  @Get('inherits')
  inherits(): object {
    return {};
  }
}

@Controller('child')
class ClosedChild extends OpenBase {}

@Controller('reopened')
@Public()
class ReopenedChild extends ClosedClass {}

function Mixin(base: Type): Type {
  class Mixed extends base {
    @Roles('admin')
    @Get('mixed')
    mixed(): object {
      return {};
    }
  }
  return Mixed;
}

@Controller('mixin')
class FromMixin extends Mixin(class {}) {
  @Get('mixed')
  mixed(): object {
    return {};
  }
}

const NOBODY = undefined;
const ANYBODY = {};
const USER = { roles: ['user'], scope: 'read' };
const ADMIN = { roles: ['admin'], scope: 'read' };

describe.each(ADAPTERS)('declarations on %s', (adapter) => {
  let issuer: TestIssuer;
  let api: RunningApplication;

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    const controllers = [
      ...[ClosedClass, OpenClass, AddsUp, Wrapped, Bound, Derived],
      ...[OpenBase, ClosedChild, ReopenedChild, FromMixin],
    ];
    api = await start(adapter, { controllers, auth: { issuers: [issuer.options()] } });
  });

  afterAll(async () => {
    await api.close();
    await issuer.close();
  });

  it.each([
    ['the class holds for a handler that says nothing', 'closed/inherits', USER, 403],
    ['the class holds for a handler that says nothing', 'closed/inherits', ADMIN, 200],
    ['the handler replaces the class, kind by kind', 'closed/replaces', USER, 200],
    ['a kind the handler says nothing of still holds', 'closed/replaces', { roles: ['user'] }, 403],
    ['the handler replaces the class, kind by kind', 'closed/replaces', ADMIN, 403],
    ['@Public on a handler opens it whatever the class says', 'closed/opened', NOBODY, 200],
    ['@Public on a class opens its handlers', 'open/inherits', NOBODY, 200],
    ['a requirement closes a handler of a public class', 'open/closed', NOBODY, 401],
    ['a requirement closes a handler of a public class', 'open/closed', USER, 403],
    ['a requirement closes a handler of a public class', 'open/closed', ADMIN, 200],
    ['the same decorator twice adds up', 'sum/stacked', { roles: ['a'] }, 403],
    ['the same decorator twice adds up', 'sum/stacked', { roles: ['c'] }, 403],
    ['the same decorator twice adds up', 'sum/stacked', { roles: ['b', 'c'] }, 200],
    ['all', 'sum/all', { roles: ['a'] }, 403],
    ['all', 'sum/all', { roles: ['b', 'a'] }, 200],
    ['any', 'sum/any', { scope: 'z' }, 403],
    ['any', 'sum/any', { scope: 'y' }, 200],
    ['a wrapping decorator does not lose the requirement', 'wrapped/handler', USER, 403],
    ['a wrapping decorator does not lose the requirement', 'wrapped/handler', ADMIN, 200],
    ['a bound handler does not lose the requirement', 'bound/handler', USER, 403],
    ['a bound handler does not lose the requirement', 'bound/handler', ADMIN, 200],
    ['an overriding method keeps the requirement', 'derived/overridden', USER, 403],
    ['an overriding method keeps the requirement', 'derived/overridden', ADMIN, 200],
    ['an overriding method may declare its own', 'derived/redeclared', USER, 200],
    ['an overriding method may declare its own', 'derived/redeclared', ADMIN, 403],
    ['@Public of an inherited handler does not open', 'derived/public', NOBODY, 401],
    ['@Public of an inherited handler does not open', 'derived/public', ANYBODY, 200],
    ['@Public of a base class opens the base class', 'base/inherits', NOBODY, 200],
    ['@Public of a base class does not reach its children', 'child/inherits', NOBODY, 401],
    ['@Public of the controller class opens what it inherits', 'reopened/inherits', NOBODY, 200],
    ['what an inherited handler requires holds', 'reopened/replaces', NOBODY, 401],
    ['a mixin keeps its requirement when it is overridden', 'mixin/mixed', USER, 403],
    ['a mixin keeps its requirement when it is overridden', 'mixin/mixed', ADMIN, 200],
  ])('%s: %s', async (_, path, caller, status) => {
    const token = caller && (await issuer.token(caller));
    expect(await get(`${api.url}/${path}`, token)).toMatchObject({ status });
  });
});
