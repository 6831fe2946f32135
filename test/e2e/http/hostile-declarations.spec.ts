import { Controller, Get, Scope } from '@nestjs/common';
import { RouterExecutionContext } from '@nestjs/core/router/router-execution-context.js';
import { Public, Roles } from '../../../lib/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { ADAPTERS, get, start, type RunningApplication } from './application.js';

type Method = (...args: unknown[]) => unknown;

/** Replaces the function by one of a misleading name, and copies the metadata if told to. */
function renamed(name: string, copies: boolean): MethodDecorator {
  return (_target, _key, descriptor) => {
    const original = descriptor.value as unknown as Method;
    const wrapper = {
      [name](this: unknown, ...args: unknown[]) {
        return original.apply(this, args);
      },
    }[name];
    for (const key of copies ? Reflect.getMetadataKeys(original) : []) {
      Reflect.defineMetadata(key, Reflect.getMetadata(key, original), wrapper ?? original);
    }
    descriptor.value = wrapper as never;
  };
}

/** Copies own metadata from one class to another, as mixins do. */
function copyMetadata(from: object, to: object): void {
  for (const key of Reflect.getOwnMetadataKeys(from)) {
    Reflect.defineMetadata(key, Reflect.getOwnMetadata(key, from), to);
  }
}

@Controller({ path: 'bound', scope: Scope.REQUEST })
class BoundPerRequest {
  constructor() {
    this.secret = this.secret.bind(this);
  }

  @Get('secret')
  @renamed('open', false)
  @Roles('admin')
  secret(): object {
    return {};
  }

  @Public()
  @Get('open')
  open(): object {
    return {};
  }
}

@Controller({ path: 'swapped', scope: Scope.REQUEST })
class SwappedPerRequest {
  constructor() {
    Object.assign(this, { secret: Reflect.get(this, 'serve') });
  }

  serve(): object {
    return {};
  }

  @Roles('admin')
  @Get('secret')
  secret(): object {
    return {};
  }
}

@Controller('traced')
class Traced {
  @renamed('anything', true)
  @Roles('admin')
  @Get('secret')
  secret(): object {
    return {};
  }

  @renamed('anything', true)
  @Public()
  @Get('open')
  open(): object {
    return {};
  }
}

/** Puts a proxy in the place of the class; Nest tells the guards of the class behind it. */
const proxied: ClassDecorator = (target) => new Proxy(target, {});

@Controller('proxied')
@Roles('admin')
@proxied
class Proxied {
  @Get('secret')
  secret(): object {
    return {};
  }
}

@Controller('mixed')
@Roles('admin')
@proxied
@Public()
class OpenInside {
  @Get('secret')
  secret(): object {
    return {};
  }
}

/** A class of its own on the prototype of another, which it takes over. */
const takeover: ClassDecorator = (target) => {
  const Taker = function (): void {
    // Nothing to construct.
  };
  Taker.prototype = target.prototype as object;
  (Taker.prototype as { constructor: unknown }).constructor = Taker;
  return Taker as never;
};

@Controller('taken')
@Roles('user', 'admin')
@takeover
@Roles('admin')
class Taken {
  @Get('secret')
  secret(): object {
    return {};
  }
}

@Roles('admin')
class OldBase {
  inherited(): object {
    return {};
  }

  @Roles('owner')
  overridden(): object {
    return {};
  }
}

@Controller('old')
class OldChild {
  declare inherited: () => object;

  @Get('own')
  own(): object {
    return {};
  }

  @Get('overridden')
  overridden(): object {
    return {};
  }
}
Object.setPrototypeOf(OldChild.prototype, OldBase.prototype);

@Controller('copied-from')
class CopiedFrom {
  @Get('list')
  list(): object {
    return {};
  }

  @Roles('admin')
  @Get('secret')
  secret(): object {
    return {};
  }
}

class CopiedTo extends CopiedFrom {}
copyMetadata(CopiedFrom, CopiedTo);
Public()(CopiedTo);
Controller('copied-to')(CopiedTo);

const ANYBODY = { roles: ['user'] };
const ADMIN = { roles: ['admin'] };

describe.each(ADAPTERS)('declarations that something tampered with, on %s', (adapter) => {
  let issuer: TestIssuer;
  let api: RunningApplication | undefined;

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
  });

  afterEach(() => api?.close());
  afterAll(() => issuer.close());

  it.each([
    ['a bound function that is called like an open one', BoundPerRequest, 'bound/secret', 401, 403],
    ['a method that stands in for another', SwappedPerRequest, 'swapped/secret', 401, 403],
    ['a wrapper that copies the declaration', Traced, 'traced/secret', 401, 200],
    ['a wrapper that copies the declaration', Traced, 'traced/open', 200, 200],
    ['a proxy in the place of the class', Proxied, 'proxied/secret', 401, 200],
    ['a class that is open inside of a closed one', OpenInside, 'mixed/secret', 401, 200],
    ['a class whose prototype was taken over', Taken, 'taken/secret', 401, 200],
    ['a base class in the chain of prototypes only', OldChild, 'old/own', 401, 200],
    ['an overridden method of such a base class', OldChild, 'old/overridden', 401, 403],
    ['a class whose metadata were copied', CopiedFrom, 'copied-from/list', 401, 200],
    ['a class whose metadata were copied', CopiedFrom, 'copied-from/secret', 401, 200],
    ['the requirements that were copied', CopiedTo, 'copied-to/secret', 401, 200],
  ])('%s: %p', async (_, controller, path, nobody, admin) => {
    const controllers = [...new Set([controller, CopiedTo])];
    api = await start(adapter, { controllers, auth: { issuers: [issuer.options()] } });
    const url = `${api.url}/${path}`;
    const isForAll = path.endsWith('list') || path.endsWith('open');
    // Whom a guard cannot place, it turns away: with 403 where a token would not have helped either.
    const refused = [401, 403];
    expect(nobody === 200 ? [200] : refused).toContain((await get(url)).status);
    const { status } = await get(url, await issuer.token(ANYBODY));
    expect(status).toBe(isForAll ? 200 : 403);
    expect((await get(url, await issuer.token(ADMIN))).status).toBe(admin);
  });

  it('knows every handler behind the wrappers of a tracing agent', async () => {
    @Controller('traced-by-agent')
    class TracedByAgent {
      @Public()
      @Get('open')
      open(): object {
        return {};
      }

      @Get('undeclared')
      undeclared(): object {
        return {};
      }

      @Roles('admin')
      @Get('secret')
      secret(): object {
        return {};
      }
    }
    const prototype = RouterExecutionContext.prototype as unknown as { create: Method };
    const { create } = prototype;
    // As agents do: the callback is wrapped when its route is set up, and its metadata copied.
    prototype.create = function (this: unknown, instance, callback, ...rest) {
      const original = callback as Method;
      const wrapper = function (this: unknown, ...args: unknown[]): unknown {
        return original.apply(this, args);
      };
      for (const key of Reflect.getMetadataKeys(original)) {
        Reflect.defineMetadata(key, Reflect.getMetadata(key, original), wrapper);
      }
      return create.call(this, instance, wrapper, ...rest);
    };
    try {
      const auth = { issuers: [issuer.options()] };
      api = await start(adapter, { controllers: [TracedByAgent], auth });
    } finally {
      prototype.create = create;
    }
    const url = `${api.url}/traced-by-agent`;
    const asked = async (path: string, token?: string): Promise<number> =>
      (await get(`${url}/${path}`, token)).status;
    const [user, admin] = [await issuer.token(ANYBODY), await issuer.token(ADMIN)];
    expect([await asked('open'), await asked('undeclared'), await asked('secret')]).toEqual([
      200, 401, 401,
    ]);
    expect([await asked('undeclared', user), await asked('secret', user)]).toEqual([200, 403]);
    expect(await asked('secret', admin)).toBe(200);
  });
});
