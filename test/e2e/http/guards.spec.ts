import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import {
  Controller,
  Get,
  Module,
  Req,
  Res,
  UseGuards,
  type ExecutionContext,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import {
  AuthGuard,
  AuthModule,
  Public,
  Roles,
  RolesGuard,
  type AuthEvent,
  type AuthModuleOptions,
} from '../../../lib/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { ADAPTERS, get, moduleOf, start, type RunningApplication } from './application.js';
import { OrdersApi } from './orders-api.js';

@Controller('unguarded')
class Unguarded {
  @Get()
  open(): object {
    return {};
  }
}

@Controller('guarded')
@UseGuards(AuthGuard, RolesGuard)
class Guarded {
  @Roles('admin')
  @Get()
  closed(): object {
    return {};
  }

  @Public()
  @Get('public')
  public(): object {
    return {};
  }
}

@Controller('reversed')
@UseGuards(RolesGuard, AuthGuard)
class Reversed {
  @Roles('admin')
  @Get()
  closed(): object {
    return {};
  }
}

@Module({ controllers: [Guarded, Reversed] })
class FeatureModule {}

@Controller('exposed')
class Exposed {
  @Get()
  exposed(@Req() request: Record<string, { subject?: string } | undefined>): object {
    return { user: request['user']?.subject ?? null, auth: request['auth']?.subject ?? null };
  }
}

/** What Fastify passes holds Node's own object. */
function rawOf<T extends object>(value: T): T {
  return 'raw' in value ? (value.raw as T) : value;
}

describe.each(ADAPTERS)('the guards on %s', (adapter) => {
  let issuer: TestIssuer;
  let api: RunningApplication | undefined;
  let inner: RunningApplication | undefined;
  let events: AuthEvent[];

  const auth = (more: Partial<AuthModuleOptions> = {}): AuthModuleOptions => ({
    issuers: [issuer.options()],
    onEvent: (event) => {
      if (event.type.startsWith('auth.')) events.push(event);
    },
    ...more,
  });

  beforeEach(async () => {
    events = [];
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
  });

  afterEach(async () => {
    await api?.close();
    await inner?.close();
    await issuer.close();
  });

  it('guard only what asks for it with global: false', async () => {
    api = await start(adapter, {
      imports: [FeatureModule],
      controllers: [Unguarded],
      auth: auth({ global: false }),
    });
    const admin = await issuer.token({ roles: ['admin'] });
    expect(await get(`${api.url}/unguarded`)).toMatchObject({ status: 200 });
    expect(await get(`${api.url}/guarded`)).toMatchObject({ status: 401 });
    expect(await get(`${api.url}/guarded`, await issuer.token())).toMatchObject({ status: 403 });
    expect(await get(`${api.url}/guarded`, admin)).toMatchObject({ status: 200 });
    expect(await get(`${api.url}/guarded/public`)).toMatchObject({ status: 200 });
  });

  it('authenticate once, however often they run', async () => {
    api = await start(adapter, { imports: [FeatureModule], auth: auth() });
    const admin = await issuer.token({ roles: ['admin'] });
    expect(await get(`${api.url}/guarded`, admin)).toMatchObject({ status: 200 });
    expect(events.map(({ type }) => type)).toEqual(['auth.authenticated']);
  });

  it('decide nothing before they authenticated, in whatever order', async () => {
    api = await start(adapter, { imports: [FeatureModule], auth: auth({ global: false }) });
    const admin = await issuer.token({ roles: ['admin'] });
    expect(await get(`${api.url}/reversed`)).toMatchObject({ status: 401 });
    expect(await get(`${api.url}/reversed`, await issuer.token())).toMatchObject({ status: 403 });
    expect(await get(`${api.url}/reversed`, admin)).toMatchObject({ status: 200 });
  });

  it('come in the right order when the application registers its own before them', async () => {
    api = await start(adapter, {
      controllers: [OrdersApi],
      providers: [{ provide: APP_GUARD, useExisting: RolesGuard }],
      auth: auth(),
    });
    expect(await get(`${api.url}/admin`)).toMatchObject({ status: 401 });
    expect(await get(`${api.url}/admin`, await issuer.token({ roles: ['admin'] }))).toMatchObject({
      status: 200,
    });
  });

  it('show the principal on the request, and never read it back', async () => {
    api = await start(adapter, { controllers: [Exposed], auth: auth() });
    const token = await issuer.token({ sub: 'ann' });
    expect((await get(`${api.url}/exposed`, token)).body).toEqual({ user: 'ann', auth: null });
  });

  it('show it elsewhere, or nowhere, as configured', async () => {
    const token = await issuer.token({ sub: 'ann' });
    api = await start(adapter, {
      controllers: [Exposed],
      auth: auth({ requestProperty: 'auth' }),
    });
    expect((await get(`${api.url}/exposed`, token)).body).toEqual({ user: null, auth: 'ann' });
    await api.close();
    api = await start(adapter, { controllers: [Exposed], auth: auth({ requestProperty: null }) });
    expect((await get(`${api.url}/exposed`, token)).body).toEqual({ user: null, auth: null });
  });

  it('leave a property alone that cannot be written', async () => {
    const readOnly = (context: ExecutionContext): boolean =>
      Reflect.defineProperty(context.switchToHttp().getRequest<object>(), 'user', {
        get: () => ({ subject: 'theirs' }),
      });
    api = await start(adapter, {
      controllers: [Exposed],
      providers: [{ provide: APP_GUARD, useValue: { canActivate: readOnly } }],
      auth: auth(),
    });
    const answer = await get(`${api.url}/exposed`, await issuer.token({ sub: 'ann' }));
    expect(answer).toMatchObject({ status: 200, body: { user: 'theirs' } });
  });

  it('are not fooled by a principal that something else put on the request', async () => {
    const forged = { user: { kind: 'user', roles: new Set(['admin']) } };
    api = await start(adapter, {
      controllers: [OrdersApi],
      auth: auth(),
      configure: (app) =>
        app.use((request: object, _response: unknown, next: () => void) => {
          Object.assign(request, forged);
          next();
        }),
    });
    expect(await get(`${api.url}/admin`)).toMatchObject({ status: 401 });
    expect(await get(`${api.url}/admin`, await issuer.token())).toMatchObject({ status: 403 });
  });

  it('do not rely on what another application in the process established', async () => {
    const other = await TestIssuer.start({ algorithms: ['ES256'] });
    inner = await start(adapter, {
      controllers: [OrdersApi],
      auth: auth({ issuers: [other.options()] }),
    });
    const handle = inner.app.getHttpServer() as Server;

    @Controller()
    class Outer {
      /** Hands the very same request to the other application. */
      @Get('profile')
      forward(@Req() request: IncomingMessage, @Res() response: ServerResponse): void {
        handle.emit('request', rawOf(request), rawOf(response));
      }
    }

    api = await start(adapter, { controllers: [Outer], auth: auth() });
    expect(await get(`${api.url}/profile`, await other.token())).toMatchObject({ status: 401 });
    expect(await get(`${api.url}/profile`, await issuer.token())).toMatchObject({ status: 401 });
    expect(events.map(({ type }) => type)).toEqual([
      'auth.denied',
      'auth.authenticated',
      'auth.denied',
    ]);
    await other.close();
  });

  it('can be overridden in tests, though they are global', async () => {
    const root = moduleOf({ imports: [AuthModule.forRoot(auth())], controllers: [OrdersApi] });
    const module = await Test.createTestingModule({ imports: [root] })
      .overrideProvider(AuthGuard)
      .useValue({ canActivate: () => true })
      .overrideProvider(RolesGuard)
      .useValue({ canActivate: () => true })
      .compile();
    const app = module.createNestApplication({ logger: false });
    await app.listen(0, '127.0.0.1');
    expect(await get(`${await app.getUrl()}/admin`)).toMatchObject({ status: 200 });
    await app.close();
  });

  it('deny when AuthGuard was replaced by something that establishes nobody', async () => {
    const root = moduleOf({ imports: [AuthModule.forRoot(auth())], controllers: [OrdersApi] });
    const module = await Test.createTestingModule({ imports: [root] })
      .overrideProvider(AuthGuard)
      .useValue({ canActivate: () => true })
      .compile();
    const app = module.createNestApplication({ logger: false });
    await app.listen(0, '127.0.0.1');
    expect(await get(`${await app.getUrl()}/admin`)).toMatchObject({ status: 401 });
    await app.close();
  });
});
