import {
  Controller,
  Get,
  Post,
  RequestMethod,
  SetMetadata,
  Version,
  VERSION_NEUTRAL,
  VersioningType,
  type INestApplication,
} from '@nestjs/common';
import { RouterModule } from '@nestjs/core';
import { AuthReport, Public, Roles, type ReportedRoute } from '../../lib/index.js';
import {
  get,
  moduleOf,
  start,
  type Parts,
  type RunningApplication,
} from '../e2e/http/application.js';

const auth = { issuers: [{ issuer: 'https://issuer.example/', audience: 'api://test' }] };

@Public()
@Controller()
class Root {
  @Get()
  index(): object {
    return {};
  }

  @Get('health')
  health(): object {
    return {};
  }
}

@Public()
@Controller(['orders/', '/purchases'])
class Orders {
  @Get(['', ':id/'])
  find(): object {
    return {};
  }

  @Post()
  place(): object {
    return {};
  }
}

@Public()
@Controller({ path: 'versioned', version: ['1', VERSION_NEUTRAL] })
class Versioned {
  @Get('both')
  both(): object {
    return {};
  }

  @Version('2')
  @Get('second')
  second(): object {
    return {};
  }
}

describe('where the report says that handlers are reached', () => {
  let api: RunningApplication | undefined;

  afterEach(() => api?.close());

  async function reportedBy(parts: Omit<Parts, 'auth'>): Promise<readonly ReportedRoute[]> {
    api = await start('express', { ...parts, auth });
    return api.app.get(AuthReport).routes();
  }

  function addresses(routes: readonly ReportedRoute[]): readonly string[] {
    return routes.map(({ method, path, version }) => [method, path, version].join(' ').trim());
  }

  async function expectReached(routes: readonly ReportedRoute[]): Promise<void> {
    for (const { path, version } of routes.filter(({ method }) => method === 'GET')) {
      const headers = version === undefined || version === 'neutral' ? {} : { version };
      const { status } = await get(`${api?.url}${path.replace(':id', '7')}`, undefined, headers);
      expect([path, status]).toEqual([path, 200]);
    }
  }

  it('sorts them by path, then by method', async () => {
    const routes = await reportedBy({ controllers: [Orders, Root] });
    expect(addresses(routes)).toEqual([
      'GET /',
      'GET /health',
      'GET /orders',
      'POST /orders',
      'GET /orders/:id',
      'GET /purchases',
      'POST /purchases',
      'GET /purchases/:id',
    ]);
    await expectReached(routes);
  });

  it('puts the global prefix before them, except where that is excluded', async () => {
    const exclude = ['health', { path: 'orders', method: RequestMethod.POST }];
    const configure = (app: INestApplication) => app.setGlobalPrefix('/api/', { exclude });
    const routes = await reportedBy({ controllers: [Orders, Root], configure });
    expect(addresses(routes)).toEqual([
      'GET /api',
      'GET /api/orders',
      'GET /api/orders/:id',
      'GET /api/purchases',
      'POST /api/purchases',
      'GET /api/purchases/:id',
      'GET /health',
      'POST /orders',
    ]);
    await expectReached(routes);
  });

  it('puts the paths of modules before them, of each module that has the controller', async () => {
    const [shop, back] = [moduleOf({ controllers: [Orders] }), moduleOf({ controllers: [Orders] })];
    const paths = RouterModule.register([
      { path: 'shop', module: shop, children: [{ path: 'back', module: back }] },
    ]);
    const routes = await reportedBy({ imports: [shop, back, paths] });
    expect(addresses(routes)).toContain('GET /shop/orders/:id');
    expect(addresses(routes)).toContain('GET /shop/back/orders/:id');
    expect(routes).toHaveLength(12);
    await expectReached(routes);
  });

  it('tells versions in the path', async () => {
    const configure = (app: INestApplication) => {
      app.setGlobalPrefix('api', { exclude: ['versioned/second'] });
      app.enableVersioning({ type: VersioningType.URI, defaultVersion: '9' });
    };
    const routes = await reportedBy({ controllers: [Versioned, Root], configure });
    expect(addresses(routes)).toEqual([
      'GET /api/v1/versioned/both 1',
      'GET /api/v9 9',
      'GET /api/v9/health 9',
      'GET /api/versioned/both neutral',
      'GET /v2/versioned/second 2',
    ]);
    await expectReached(routes);
  });

  it('tells versions in a header', async () => {
    const configure = (app: INestApplication) =>
      app.enableVersioning({ type: VersioningType.HEADER, header: 'version' });
    const routes = await reportedBy({ controllers: [Versioned, Root], configure });
    expect(addresses(routes)).toEqual([
      'GET /',
      'GET /health',
      'GET /versioned/both 1',
      'GET /versioned/both neutral',
      'GET /versioned/second 2',
    ]);
    await expectReached(routes);
  });

  it('tells no version where the application has none', async () => {
    const routes = await reportedBy({ controllers: [Versioned] });
    expect(addresses(routes)).toEqual(['GET /versioned/both', 'GET /versioned/second']);
    await expectReached(routes);
  });

  it('tells the messages of gateways and microservices', async () => {
    @Controller('mixed')
    class Messages {
      @Public()
      @SetMetadata('microservices:pattern', ['placed', { cmd: 'sum' }])
      @Get('http-too')
      placed(): object {
        return {};
      }
    }
    @SetMetadata('websockets:is_gateway', true)
    class Gateway {
      @SetMetadata('message', 'ping')
      @SetMetadata('websockets:message_mapping', true)
      ping(): object {
        return {};
      }
    }
    @Roles('agent')
    @SetMetadata('websockets:gateway_options', { namespace: 'support' })
    @SetMetadata('websockets:is_gateway', true)
    class Support {}
    @Roles('agent')
    @SetMetadata('websockets:gateway_options', { namespace: /^\/room-/ })
    @SetMetadata('websockets:is_gateway', true)
    class Rooms {}
    @SetMetadata('websockets:gateway_options', { path: '/lobby' })
    @SetMetadata('websockets:is_gateway', true)
    class Lobby {
      @Public()
      handleConnection(): void {
        // Whoever connects has done so.
      }
    }
    const transports = (['rpc', 'ws'] as const).map((type) => ({
      type,
      exchangeOf: () => undefined,
    }));
    const parts = { controllers: [Messages], providers: [Gateway, Support, Rooms, Lobby] };
    api = await start('express', { ...parts, auth: { ...auth, transports } });
    const routes = api.app.get(AuthReport).routes();
    expect(routes.map(({ transport, path, policy }) => [transport, path, policy])).toEqual([
      ['http', '/mixed/http-too', 'public'],
      ['rpc', 'placed', 'public'],
      ['rpc', '{"cmd":"sum"}', 'public'],
      // Connecting, to each gateway.
      ['ws', '/', 'any authenticated caller'],
      ['ws', '/^\\/room-/', 'role agent'],
      ['ws', '/lobby', 'public'],
      ['ws', '/support', 'role agent'],
      ['ws', 'ping', 'any authenticated caller'],
    ]);
    expect(routes.map(({ warnings }) => warnings.map(({ code }) => code))).toEqual([
      ...[[], [], []],
      ...[['undeclared'], [], [], []],
      ['undeclared'],
    ]);
  });
});
