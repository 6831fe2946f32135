import {
  Controller,
  Get,
  Module,
  type INestApplication,
  type MiddlewareConsumer,
  type NestModule,
} from '@nestjs/common';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AnswerId } from '../../../../lib/context/answer-id.js';
import { AuthService, Public, type AuthEvent } from '../../../../lib/index.js';
import { TestIssuer } from '../../../../lib/testing/index.js';
import { ADAPTERS, get, start, type Adapter, type RunningApplication } from '../application.js';

@Controller()
class Api {
  constructor(private readonly auth: AuthService) {}

  @Public()
  @Get('told')
  told(): object {
    return { id: this.auth.requestId() };
  }

  @Public()
  @Get('untold')
  untold(): object {
    return {};
  }

  @Get('closed')
  closed(): object {
    return {};
  }
}

/** What a middleware of a module calls requests. */
let given = 'from-a-module';

@Module({})
class Naming implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    const middleware = (_: unknown, response: ServerResponse, next: () => void): void => {
      response.setHeader('X-Request-Id', given);
      next();
    };
    consumer.apply(middleware).forRoutes('{*path}');
  }
}

type Hook = (
  request: unknown,
  reply: { header(name: string, value: string): unknown },
  ...rest: readonly (() => void)[]
) => void;

interface Fastify {
  addHook(name: string, hook: Hook): unknown;
}

/** Of Fastify: names requests in the table that it keeps of an answer's headers. */
function hook(name: 'onRequest' | 'onSend'): (app: INestApplication) => void {
  return (app) => {
    const fastify = app.getHttpAdapter().getInstance() as Fastify;
    fastify.addHook(name, (_request, reply, ...rest) => {
      reply.header('x-request-id', 'from-a-hook');
      rest.at(-1)?.();
    });
  };
}

const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

describe('K18: the id of a request that others name as well', () => {
  const events: AuthEvent[] = [];
  const logged: unknown[] = [];
  let issuer: TestIssuer;
  let api: RunningApplication | undefined;

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
  });

  afterEach(async () => {
    await api?.close();
    given = 'from-a-module';
  });
  afterAll(() => issuer.close());

  async function run(
    adapter: Adapter,
    requestLog: boolean,
    configure?: (app: INestApplication) => void,
  ): Promise<string> {
    const logger = { log: ({ requestId }: { requestId: string }) => logged.push(requestId) };
    api = await start(adapter, {
      controllers: [Api],
      ...(configure ? { configure } : { imports: [Naming] }),
      auth: {
        issuers: [issuer.options()],
        ...(requestLog && { requestLog: { logger } }),
        onEvent: (event) => void events.push(event),
      },
    });
    return api.url;
  }

  /** What answers, events and the log call three requests. */
  async function names(url: string, headers: Record<string, string> = {}): Promise<unknown[]> {
    logged.length = 0;
    const told = await get(`${url}/told`, undefined, headers);
    const untold = await get(`${url}/untold`, undefined, headers);
    const closed = await get(`${url}/closed`, undefined, headers);
    await new Promise(setImmediate);
    const event = events.findLast(({ type }) => type === 'auth.denied') as { requestId: string };
    const inHeaders = [told, untold, closed].map((each) => each.headers.get('x-request-id'));
    return [...inHeaders, told.body['id'], event.requestId, ...logged];
  }

  it.each(ADAPTERS)('is that of a middleware of a module, on %s', async (adapter) => {
    const url = await run(adapter, true);
    expect(await names(url)).toEqual(Array(8).fill('from-a-module'));
  });

  it('is that of a middleware of a module where nothing is logged', async () => {
    const url = await run('express', false);
    expect(await names(url)).toEqual(Array(5).fill('from-a-module'));
  });

  it.each<[Adapter, string]>([
    ['express', 'from-client'],
    // Nest's middlewares run before the hooks of Fastify's.
    ['fastify', 'from-a-module'],
  ])('is one where the client sent one, too, on %s', async (adapter, id) => {
    const url = await run(adapter, true);
    const all = await names(url, { 'x-request-id': 'from-client' });
    expect(all).toEqual(Array(8).fill(id));
  });

  it.each(ADAPTERS)('is none that is not safe, on %s', async (adapter) => {
    given = 'a b';
    const [told, untold, closed, ...others] = await names(await run(adapter, true));
    expect([told, untold, closed]).toEqual(Array(3).fill(expect.stringMatching(UUID)));
    expect(others).toEqual([told, closed, told, untold, closed]);
  });

  it.each([true, false])('is that of an onRequest hook (log: %s)', async (requestLog) => {
    const url = await run('fastify', requestLog, hook('onRequest'));
    expect(await names(url)).toEqual(Array(requestLog ? 8 : 5).fill('from-a-hook'));
  });

  it('is ours where somebody asked for it before an onSend hook', async () => {
    const url = await run('fastify', true, hook('onSend'));
    const [told, untold, closed, ...others] = await names(url);
    expect(untold).toBe('from-a-hook');
    expect([told, closed]).toEqual(Array(2).fill(expect.stringMatching(UUID)));
    expect(others).toEqual([told, closed, told, untold, closed]);
  });

  it.each<[string, (response: ServerResponse) => unknown]>([
    ['an object', (response) => response.writeHead(200, { 'x-request-ID': 'theirs-1' })],
    ['a list', (response) => response.writeHead(200, ['X-Request-Id', 'theirs-1', 'a', 'b'])],
    ['a reason', (response) => response.writeHead(200, 'Fine', { a: 'b' })],
    ['nothing', (response) => response.writeHead(200)],
    [
      'flushed',
      (response) => {
        response.flushHeaders();
      },
    ],
  ])('is settled once where a head is written with %s', async (_, write) => {
    const found: unknown[] = [];
    const server = createServer((_request, response) => {
      const answerId = new AnswerId({ raw: response });
      for (let times = 0; times < 2; times += 1) {
        answerId.watch((each) => {
          found.push(each);
          return 'settled-1';
        });
      }
      write(response);
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { headers } = await fetch(`http://127.0.0.1:${String(port)}/`);
    expect(headers.get('x-request-id')).toBe('settled-1');
    expect(found).toHaveLength(1);
    await new Promise((resolve) => server.close(resolve));
  });
});
