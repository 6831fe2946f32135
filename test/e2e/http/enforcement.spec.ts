import {
  Controller,
  Get,
  HttpCode,
  Injectable,
  Post,
  Put,
  SetMetadata,
  UseGuards,
} from '@nestjs/common';
import {
  AuthConfigurationError,
  Authenticated,
  AuthGuard,
  Public,
  Roles,
  RoleMap,
  RolesGuard,
  SameOrg,
} from '../../../lib/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { ADAPTERS, get, start, type RunningApplication } from './application.js';

const ADMIN = { roles: ['admin'] };

describe.each(ADAPTERS)('what is declared is what is enforced, on %s', (adapter) => {
  let issuer: TestIssuer;
  let api: RunningApplication | undefined;

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
  });

  afterEach(() => api?.close());
  afterAll(() => issuer.close());

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

  it.each([
    ['@Authenticated', Authenticated()],
    ['@SameOrg', SameOrg('params.id')],
    ['@RoleMap', RoleMap('admin')],
  ])('refuses to boot where nothing sees to %s', async (_, decorator) => {
    @Controller('unenforced')
    @decorator
    class Unenforced {
      @Post(':id')
      closed(): object {
        return {};
      }
    }
    const auth = { issuers: [issuer.options()], global: false };
    await expect(start(adapter, { controllers: [Unenforced], auth })).rejects.toThrow(
      /^Unenforced\.closed requires something that nothing/,
    );
  });

  it('refuses to boot with a warning in the report, where that is asked for', async () => {
    @Controller('undeclared')
    class Undeclared {
      @Post()
      @HttpCode(200)
      any(): object {
        return {};
      }
    }
    const strict = (value: boolean): Promise<RunningApplication> =>
      start(adapter, {
        controllers: [Undeclared],
        auth: { issuers: [issuer.options()], report: { strict: value } },
      });
    await expect(strict(true)).rejects.toThrow(/^report\.strict allows no warning: .*undeclared/);
    await (await strict(false)).close();
  });

  it.each([
    ['microservices:pattern', 'rpc', 'microservices'],
    ['websockets:message_mapping', 'ws', 'webSockets'],
    ['graphql:resolver_type', 'graphql', 'graphql'],
  ] as const)('refuses to boot where nothing serves a handler with %s', async (key, type, cure) => {
    @Controller()
    class Handlers {
      @SetMetadata(key, ['any'])
      any(): object {
        return {};
      }
    }
    const auth = { issuers: [issuer.options()] };
    await expect(start(adapter, { controllers: [Handlers], auth })).rejects.toThrow(
      new RegExp(`^Handlers\\.any is reached by ${type}, which nothing .* \\[${cure}\\(\\)\\]`),
    );
    const transports = [{ type, exchangeOf: () => undefined }];
    api = await start(adapter, { controllers: [Handlers], auth: { ...auth, transports } });
  });

  it('boots where what nothing serves is open to whomever', async () => {
    @Controller()
    class Messages {
      @Public()
      @SetMetadata('microservices:pattern', ['open'])
      open(): object {
        return {};
      }
    }
    api = await start(adapter, { controllers: [Messages], auth: { issuers: [issuer.options()] } });
  });

  it('refuses to boot where a method that handles no request requires something', async () => {
    @Injectable()
    class Service {
      @Roles('admin')
      erase(): void {
        // Nest calls no guard before it.
      }
    }
    const auth = { issuers: [issuer.options()] };
    await expect(start(adapter, { providers: [Service], auth })).rejects.toThrow(
      /^Service\.erase requires something that nothing enforces\. Declare it on the handler/,
    );
  });

  it.each([
    ['graphql:resolver_type', 'graphql'],
    ['microservices:pattern', 'rpc'],
  ] as const)('closes a handler with %s by the global guards', async (key, type) => {
    @Injectable()
    @SetMetadata('websockets:is_gateway', true)
    class Handlers {
      @Roles('admin')
      @SetMetadata(key, 'Query')
      closed(): object {
        return {};
      }
    }
    const transports = ([type, 'ws'] as const).map((each) => ({
      type: each,
      exchangeOf: () => undefined,
    }));
    const auth = { issuers: [issuer.options()], transports };
    api = await start(adapter, { providers: [Handlers], auth });
    await expect(
      start(adapter, { providers: [Handlers], auth: { ...auth, global: false } }),
    ).rejects.toThrow(/^Handlers\.closed requires something that nothing enforces/);
  });

  it.each([
    ['nothing', undefined],
    ['@Roles', Roles('admin')],
  ])(
    'refuses to boot where nothing sees who connects to a gateway with %s',
    async (_, declared) => {
      @SetMetadata('websockets:is_gateway', true)
      class News {
        /** Tells all who are connected. */
        tell(): void {
          // Nobody calls it.
        }
      }
      declared?.(News);
      const parts = { providers: [News], auth: { issuers: [issuer.options()] } };
      await expect(start(adapter, parts)).rejects.toThrow(
        /^News\.handleConnection is reached by ws, .* transports: \[webSockets\(\)\]/,
      );
      const transports = [{ type: 'ws', exchangeOf: () => undefined } as const];
      api = await start(adapter, { ...parts, auth: { ...parts.auth, transports } });
    },
  );

  it('boots where anybody may connect, or where AuthModule guards what it is told to', async () => {
    @Public()
    @SetMetadata('websockets:is_gateway', true)
    class Open {}
    @SetMetadata('websockets:is_gateway', true)
    class Unguarded {}
    const auth = { issuers: [issuer.options()] };
    api = await start(adapter, { providers: [Open], auth });
    await api.close();
    api = await start(adapter, { providers: [Unguarded], auth: { ...auth, global: false } });
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
