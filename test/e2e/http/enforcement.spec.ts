import { jest } from '@jest/globals';
import {
  Controller,
  Get,
  HttpCode,
  Injectable,
  Logger,
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

  it('leaves a resolver to the global guards, which Nest does hand it', async () => {
    @Injectable()
    class Resolver {
      @Roles('admin')
      @SetMetadata('graphql:resolver_type', 'Query')
      query(): object {
        return {};
      }
    }
    const parts = { providers: [Resolver] };
    api = await start(adapter, { ...parts, auth: { issuers: [issuer.options()] } });
    const auth = { issuers: [issuer.options()], global: false };
    await expect(start(adapter, { ...parts, auth })).rejects.toThrow(/^Resolver\.query requires/);
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
