import { createServer, type AddressInfo } from 'node:net';
import { Controller, UseGuards, type LoggerService, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MessagePattern, Transport, type MicroserviceOptions } from '@nestjs/microservices';
import {
  apiKey,
  AuthGuard,
  AuthModule,
  OptionalAuth,
  Public,
  Roles,
  type AuthModuleOptions,
} from '../../../lib/index.js';
import { microservices, type MicroservicesOptions } from '../../../lib/transports/rpc/index.js';
import { moduleOf } from '../http/application.js';

@Controller()
class Closed {
  @Public()
  @MessagePattern('open')
  open(): object {
    return {};
  }

  @MessagePattern('closed')
  closed(): object {
    return {};
  }

  @Roles('admin')
  @MessagePattern('admins')
  admins(): object {
    return {};
  }
}

/** By which transport each comes, it says itself. */
@Controller()
class Chosen {
  @MessagePattern('tcp', Transport.TCP)
  tcp(): object {
    return {};
  }

  @MessagePattern('redis', Transport.REDIS)
  redis(): object {
    return {};
  }

  @MessagePattern('nats', Transport.NATS)
  nats(): object {
    return {};
  }
}

/** With so many handlers, each of them closed. */
function crowd(count: number): Type {
  class Crowd {}
  for (let index = 1; index <= count; index += 1) {
    const name = `m${String(index)}`;
    Object.defineProperty(Crowd.prototype, name, { value: () => ({}), configurable: true });
    const descriptor = Object.getOwnPropertyDescriptor(Crowd.prototype, name);
    if (descriptor) MessagePattern(name)(Crowd.prototype, name, descriptor);
  }
  Controller()(Crowd);
  return Crowd;
}

@Controller()
class Open {
  @Public()
  @MessagePattern('open')
  open(): object {
    return {};
  }

  @OptionalAuth()
  @MessagePattern('optional')
  optional(): object {
    return {};
  }
}

@Controller()
class Bare {
  @MessagePattern('bare')
  bare(): object {
    return {};
  }
}

@UseGuards(AuthGuard)
@Controller()
class Guarded {
  @MessagePattern('guarded')
  guarded(): object {
    return {};
  }
}

/** What is logged at `warn`. */
class Warnings implements LoggerService {
  readonly lines: string[] = [];
  log = (): void => undefined;
  error = (): void => undefined;
  warn = (message: unknown): void => {
    this.lines.push(String(message));
  };
}

function rootOf(
  controller: Type,
  options: MicroservicesOptions,
  more: Partial<AuthModuleOptions> = {},
): Type {
  const credentials = [apiKey({ resolve: () => null })];
  const transports = [microservices(options)];
  const imports = [AuthModule.forRoot({ credentials, transports, ...more })];
  return moduleOf({ imports, controllers: [controller] });
}

type Given = readonly [controller: Type, options?: MicroservicesOptions, more?: object];

/** What is warned of while an application boots that is reached by these servers; nobody listens yet. */
async function warnedOf(
  servers: readonly MicroserviceOptions[],
  [controller, options = {}, more = {}]: Given,
): Promise<readonly string[]> {
  const logger = new Warnings();
  const root = rootOf(controller, options, more);
  const app = await NestFactory.create(root, { logger, abortOnError: false });
  for (const each of servers) app.connectMicroservice(each);
  await app.init();
  await app.close();
  return logger.lines;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const TCP = { transport: Transport.TCP } as const;
const REDIS = { transport: Transport.REDIS } as const;
const NATS: MicroserviceOptions = { transport: Transport.NATS, options: { servers: [] } };

const sentence = (handler: string, name: string): string =>
  `${handler} can be called by nobody over ${name}: messages there have no headers, and so no credential: say where in the payload they are, microservices({ payloadHeaders: 'headers' }), or declare @Public() what anybody may call`;

describe('a server whose messages have no headers', () => {
  it.each([
    ['TCP', [TCP]],
    ['TCP', [TCP, TCP]],
    ['TCP', [{}]],
    ['Redis', [REDIS]],
  ] as const)('is warned of once: %s', async (name, servers) => {
    expect(await warnedOf(servers as readonly MicroserviceOptions[], [Closed])).toEqual([
      sentence('Closed.closed, Closed.admins', name),
    ]);
  });

  it('is warned of with the handlers that it calls', async () => {
    expect(await warnedOf([TCP, REDIS, NATS], [Chosen])).toEqual([
      sentence('Chosen.tcp', 'TCP'),
      sentence('Chosen.redis', 'Redis'),
    ]);
  });

  it.each([
    [10, ''],
    [12, ' and 2 more'],
  ])('is warned of with %i handlers in one line', async (count, more) => {
    const names = Array.from({ length: 10 }, (_, index) => `Crowd.m${String(index + 1)}`);
    expect(await warnedOf([TCP], [crowd(count)])).toEqual([
      sentence(`${names.join(', ')}${more}`, 'TCP'),
    ]);
  });

  it('is warned of where it is connected later', async () => {
    const logger = new Warnings();
    const app = await NestFactory.create(rootOf(Closed, {}), { logger, abortOnError: false });
    await app.init();
    expect(logger.lines).toEqual([]);
    app.connectMicroservice({ transport: Transport.TCP });
    expect(logger.lines).toEqual([sentence('Closed.closed, Closed.admins', 'TCP')]);
    await app.close();
  });

  it('is warned of in an application that is reached by nothing else', async () => {
    const logger = new Warnings();
    const app = await NestFactory.createMicroservice<MicroserviceOptions>(rootOf(Closed, {}), {
      transport: Transport.TCP,
      options: { host: '127.0.0.1', port: await freePort() },
      logger,
      abortOnError: false,
    });
    await app.listen();
    await app.close();
    expect(logger.lines).toEqual([sentence('Closed.closed, Closed.admins', 'TCP')]);
  });

  it('is warned of where a class says that it is guarded', async () => {
    expect(await warnedOf([TCP], [Guarded, {}, { global: false }])).toEqual([
      sentence('Guarded.guarded', 'TCP'),
    ]);
  });

  it.each<[string, readonly MicroserviceOptions[], Given]>([
    ['headers are in the payload', [TCP, REDIS], [Closed, { payloadHeaders: 'headers' }]],
    ['anybody may call all of its handlers', [TCP, REDIS], [Open]],
    ['nothing is guarded', [TCP], [Bare, {}, { global: false }]],
    ['messages have headers', [NATS], [Closed]],
    ['no messages come', [], [Closed]],
  ])('is not warned of where %s', async (_, servers, given) => {
    expect(await warnedOf(servers, given)).toEqual([]);
  });
});
