import { jest } from '@jest/globals';
import { Controller, Get, Logger, Post, Put, Scope, SetMetadata, UseGuards } from '@nestjs/common';
import {
  AuthConfigurationError,
  AuthGuard,
  Public,
  Roles,
  RolesGuard,
} from '../../../lib/index.js';
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

  it('refuses to boot where one function is two handlers', async () => {
    @Controller('two')
    class Two {
      constructor() {
        const serve: unknown = Reflect.get(this, 'serve');
        Object.assign(this, { write: serve, read: serve });
      }

      serve(): object {
        return {};
      }

      @Roles('admin')
      @Put()
      write(): object {
        return {};
      }

      @Public()
      @Get()
      read(): object {
        return {};
      }
    }
    const auth = { issuers: [issuer.options()] };
    await expect(start(adapter, { controllers: [Two], auth })).rejects.toThrow(
      /^Two\.\w+ is the same function as another handler.* Give each handler/,
    );
  });

  it.each([
    ['no guard', []],
    ['AuthGuard alone', [AuthGuard]],
  ])('refuses to boot where a requirement has %s', async (_, guards) => {
    @Controller('unenforced')
    @UseGuards(...guards)
    class Unenforced {
      @Roles('admin')
      @Post()
      closed(): object {
        return {};
      }
    }
    const auth = { issuers: [issuer.options()], global: false };
    const booted = start(adapter, { controllers: [Unenforced], auth });
    await expect(booted).rejects.toThrow(AuthConfigurationError);
    await expect(booted).rejects.toThrow(/^Unenforced\.closed requires something that nothing/);
  });

  it('refuses to boot where a message handler requires what no global guard sees to', async () => {
    @Controller()
    class Messages {
      @Roles('admin')
      @SetMetadata('microservices:pattern', ['secret'])
      secret(): object {
        return {};
      }
    }
    const auth = { issuers: [issuer.options()] };
    await expect(start(adapter, { controllers: [Messages], auth })).rejects.toThrow(
      /^Messages\.secret requires something that nothing enforces/,
    );
  });

  it('warns of a message handler that no guard closes', async () => {
    @Controller()
    class Messages {
      @SetMetadata('microservices:pattern', ['unguarded'])
      unguarded(): object {
        return {};
      }

      @Public()
      @SetMetadata('microservices:pattern', ['open'])
      open(): object {
        return {};
      }
    }
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    api = await start(adapter, {
      controllers: [Messages],
      auth: { issuers: [issuer.options()] },
    });
    const warnings = warn.mock.calls.map(([line]) => String(line));
    warn.mockRestore();
    expect(warnings.filter((line) => line.includes('messages'))).toEqual([
      expect.stringMatching(/^Messages\.unguarded handles messages, and no guard/),
    ]);
  });

  it('boots where guards of the application see to it', async () => {
    @Controller('enforced')
    class Enforced {
      @Roles('admin')
      @Get()
      closed(): object {
        return {};
      }
    }
    api = await start(adapter, {
      controllers: [Enforced],
      auth: { issuers: [issuer.options()], global: false },
      configure: (app) => app.useGlobalGuards(app.get(AuthGuard), app.get(RolesGuard)),
    });
    expect(await get(`${api.url}/enforced`)).toMatchObject({ status: 401 });
    expect(await get(`${api.url}/enforced`, await issuer.token(ADMIN))).toMatchObject({
      status: 200,
    });
  });
});
