import {
  Catch,
  Controller,
  Get,
  HttpException,
  Injectable,
  Query as QueryParameter,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  type ArgumentsHost,
  type CallHandler,
  type ExceptionFilter,
  type ExecutionContext,
  type NestInterceptor,
  type PipeTransform,
  type Type,
} from '@nestjs/common';
import { Args, Mutation, Query, Resolver, Subscription } from '@nestjs/graphql';
import {
  GrpcMethod,
  MessagePattern,
  Payload,
  RpcException,
  type ClientGrpc,
} from '@nestjs/microservices';
import { MessageBody, SubscribeMessage, WebSocketGateway, WsException } from '@nestjs/websockets';
import { Metadata } from '@grpc/grpc-js';
import { firstValueFrom, throwError, type Observable } from 'rxjs';
import {
  apiKey,
  AuthGuard,
  AuthModule,
  Roles,
  RolesGuard,
  type AuthModuleOptions,
} from '../../../lib/index.js';
import { microservices } from '../../../lib/transports/rpc/index.js';
import { webSockets } from '../../../lib/transports/ws/index.js';
import { ADAPTERS, moduleOf, start, type Adapter } from '../http/application.js';
import { dial, first, post, SERVERS, startGraphql, type Server } from './graphql-application.js';
import { named, startAlone, startGrpc, startHybrid, TCP, type Reached } from './rpc/carriers.js';
import { connect, LIBRARIES, startSockets, type Library } from './sockets.js';

/** What ran beside the guards, in order. */
const ran: string[] = [];
let lookedUp: string[] = [];

@Injectable()
class Recorder implements NestInterceptor, PipeTransform, ExceptionFilter {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    ran.push('interceptor');
    return next.handle();
  }

  transform(value: unknown): unknown {
    ran.push('pipe');
    return value;
  }

  catch(): never {
    throw new Error('Each transport has a filter of its own');
  }
}

@Catch(HttpException)
class HttpFilter implements ExceptionFilter {
  catch(exception: HttpException, host: ArgumentsHost): unknown {
    ran.push('filter');
    if (host.getType<string>() === 'graphql') return exception;
    const response = host.switchToHttp().getResponse<{
      status: (status: number) => { send: (body: object) => void };
    }>();
    response.status(exception.getStatus()).send(exception.getResponse() as object);
    return undefined;
  }
}

@Catch(RpcException)
class RpcFilter implements ExceptionFilter {
  catch(exception: RpcException): unknown {
    ran.push('filter');
    return throwError(() => exception.getError());
  }
}

@Catch(WsException)
class WsFilter implements ExceptionFilter {
  catch(exception: WsException, host: ArgumentsHost): void {
    ran.push('filter');
    const client = host.switchToWs().getClient<{
      emit?: (event: string, data: unknown) => void;
      handshake?: unknown;
      send: (text: string) => void;
    }>();
    const data = exception.getError();
    if (client.handshake) client.emit?.('exception', data);
    else client.send(JSON.stringify({ event: 'exception', data }));
  }
}

/** Both guards a second time, and all that an application may have beside them. */
function Surrounded(filter: Type<ExceptionFilter>): ClassDecorator {
  return (target) => {
    UseGuards(AuthGuard, RolesGuard)(target);
    UseInterceptors(Recorder)(target);
    UsePipes(Recorder)(target);
    UseFilters(filter)(target);
  };
}

@Surrounded(HttpFilter)
@Controller()
class Routes {
  @Get('closed')
  closed(@QueryParameter('n') _n: string): string {
    return 'reached';
  }

  @Roles('admin')
  @Get('admins')
  admins(@QueryParameter('n') _n: string): string {
    return 'reached';
  }
}

@Surrounded(RpcFilter)
@Controller()
class Messages {
  @MessagePattern(named('closed'))
  closed(@Payload() _payload: object): object {
    return { subject: 'reached' };
  }

  @Roles('admin')
  @MessagePattern(named('admins'))
  admins(@Payload() _payload: object): object {
    return { subject: 'reached' };
  }
}

@Surrounded(RpcFilter)
@Controller()
class Calls {
  @GrpcMethod('Cases', 'Closed')
  closed(@Payload() _payload: object): object {
    return { subject: 'reached' };
  }

  @Roles('admin')
  @GrpcMethod('Cases', 'Admins')
  admins(@Payload() _payload: object): object {
    return { subject: 'reached' };
  }
}

const TEXT = (): StringConstructor => String;
const NULLABLE = { nullable: true };

@Surrounded(HttpFilter)
@Resolver()
class Fields {
  @Query(TEXT, NULLABLE)
  closed(@Args('n') _n: string): string {
    return 'reached';
  }

  @Roles('admin')
  @Query(TEXT, NULLABLE)
  admins(@Args('n') _n: string): string {
    return 'reached';
  }

  @Mutation(TEXT, { ...NULLABLE, name: 'closed' })
  change(@Args('n') _n: string): string {
    return 'reached';
  }

  @Roles('admin')
  @Mutation(TEXT, { ...NULLABLE, name: 'admins' })
  changeAsAdmin(@Args('n') _n: string): string {
    return 'reached';
  }

  @Subscription(TEXT, { ...NULLABLE, name: 'closed' })
  async *follow(@Args('n') _n: string): AsyncGenerator<object> {
    await Promise.resolve();
    yield { closed: 'reached' };
  }

  @Roles('admin')
  @Subscription(TEXT, { ...NULLABLE, name: 'admins' })
  async *followAsAdmin(@Args('n') _n: string): AsyncGenerator<object> {
    await Promise.resolve();
    yield { admins: 'reached' };
  }
}

/** Where anybody connects, so that messages are what is refused. */
function gatewayOf(library: Library): Type {
  @Surrounded(WsFilter)
  @WebSocketGateway(library === 'ws' ? { path: '/at' } : { namespace: 'at' })
  class Sockets {
    @SubscribeMessage('closed')
    closed(@MessageBody() _body: object): object {
      return { event: 'answer', data: 'reached' };
    }

    @Roles('admin')
    @SubscribeMessage('admins')
    admins(@MessageBody() _body: object): object {
      return { event: 'answer', data: 'reached' };
    }
  }
  return Sockets;
}

type Handler = 'closed' | 'admins';

/** Answers `reached`, or the code of the refusal. */
type Ask = (handler: Handler, key?: string) => Promise<unknown>;

interface Begun {
  readonly ask: Ask;
  readonly close: () => Promise<unknown>;
  /** Where to connect is a call of its own, and who it is is known by it. */
  readonly lookUps?: number;
}

const authentication = (): AuthModuleOptions => ({
  credentials: [
    apiKey({
      resolve: async (key) => {
        lookedUp.push(key);
        await new Promise((resolve) => setImmediate(resolve));
        const [subject = '', ...roles] = key.split('/');
        return { subject, roles };
      },
    }),
  ],
});

const headersOf = (key?: string): Record<string, string> =>
  key === undefined ? {} : { 'x-api-key': key };

const codeOf = (error: unknown): unknown => (error as { readonly code: unknown }).code;

async function overHttp(adapter: Adapter): Promise<Begun> {
  const api = await start(adapter, {
    auth: authentication(),
    controllers: [Routes],
    providers: [Recorder],
  });
  const ask: Ask = async (handler, key) => {
    const response = await fetch(`${api.url}/${handler}?n=1`, { headers: headersOf(key) });
    const text = await response.text();
    return response.ok ? text : codeOf(JSON.parse(text));
  };
  return { ask, close: api.close };
}

async function overGraphql(server: Server, kind: string): Promise<Begun> {
  const api = await startGraphql(server, {
    auth: authentication(),
    providers: [Fields, Recorder],
  });
  const ask: Ask = async (handler, key) => {
    const query = `${kind} { ${handler}(n: "1") }`;
    const client = kind === 'subscription' ? dial(api, { headers: headersOf(key) }) : undefined;
    const { data, errors } = client
      ? await first(client, query)
      : await post(api, { query }, headersOf(key));
    await client?.dispose();
    return data?.[handler] ?? errors[0]?.extensions.originalError?.code;
  };
  return { ask, close: api.close };
}

async function overRpc(begin: (root: Type) => Promise<Reached>): Promise<Begun> {
  const transports = [microservices({ payloadHeaders: 'headers' })];
  const imports = [AuthModule.forRoot({ ...authentication(), transports })];
  const reached = await begin(
    moduleOf({ imports, controllers: [Messages], providers: [Recorder] }),
  );
  const ask: Ask = async (handler, key) => {
    const sent = reached.send(handler, { headers: headersOf(key) });
    return sent.then((answer) => (answer as { subject: string }).subject, codeOf);
  };
  return { ask, close: reached.close };
}

async function overGrpc(): Promise<Begun> {
  const imports = [AuthModule.forRoot({ ...authentication(), transports: [microservices()] })];
  const { client, close } = await startGrpc(
    moduleOf({ imports, controllers: [Calls], providers: [Recorder] }),
  );
  const methods = (client as ClientGrpc).getService<
    Record<Handler, (question: object, metadata: Metadata) => Observable<{ subject: string }>>
  >('Cases');
  const ask: Ask = async (handler, key) => {
    const metadata = new Metadata();
    if (key !== undefined) metadata.set('x-api-key', key);
    return firstValueFrom(methods[handler]({}, metadata)).then(
      ({ subject }) => subject,
      (error: unknown) => (error as { metadata: Metadata }).metadata.get('error-code')[0],
    );
  };
  return { ask, close };
}

async function overSockets(library: Library): Promise<Begun> {
  const api = await startSockets(library, {
    auth: { ...authentication(), transports: [webSockets()] },
    providers: [gatewayOf(library), Recorder],
  });
  const ask: Ask = async (handler, key) => {
    const client = connect(library, api, '/at', { headers: headersOf(key) });
    client.send(handler, {});
    const { data } = await client.next();
    client.close();
    return typeof data === 'string' ? data : (codeIn(data) ?? data);
  };
  return { ask, close: api.close, lookUps: 2 };
}

/** At a close of ws, the reason is the code. */
function codeIn(data: unknown): unknown {
  const { code, reason } = data as { readonly code?: unknown; readonly reason?: unknown };
  return reason ?? code;
}

const KINDS = ['query', 'mutation', 'subscription'];

const WAYS: readonly (readonly [string, () => Promise<Begun>])[] = [
  ...ADAPTERS.map((each) => [`HTTP with ${each}`, () => overHttp(each)] as const),
  ...SERVERS.flatMap((server) =>
    KINDS.map((kind) => [`a ${kind}, ${server}`, () => overGraphql(server, kind)] as const),
  ),
  ['TCP, hybrid', () => overRpc((root) => startHybrid(TCP, root))],
  [
    'TCP, hybrid with inheritAppConfig',
    () => overRpc((root) => startHybrid(TCP, root, { inheritAppConfig: true })),
  ],
  ['TCP, a microservice', () => overRpc((root) => startAlone(TCP, root))],
  ['gRPC', overGrpc],
  ...LIBRARIES.map((each) => [`messages of ${each}`, () => overSockets(each)] as const),
];

describe.each(WAYS)('with @UseGuards, an interceptor, a pipe and a filter: %s', (_, begin) => {
  let begun: Begun;

  beforeAll(async () => {
    begun = await begin();
  });

  beforeEach(() => {
    ran.length = 0;
    lookedUp = [];
  });

  afterAll(() => begun.close());

  it('what is refused reaches neither interceptors nor pipes', async () => {
    expect(await begun.ask('closed')).toBe('missing_credentials');
    expect(await begun.ask('admins')).toBe('missing_credentials');
    expect(await begun.ask('admins', 'ann')).toBe('forbidden');
    expect([...new Set(ran)]).toEqual(['filter']);
  });

  it('who calls is looked up once', async () => {
    const { lookUps = 1 } = begun;
    expect(await begun.ask('closed', 'ann')).toBe('reached');
    expect(lookedUp).toEqual(Array.from({ length: lookUps }, () => 'ann'));
    expect(ran).toEqual(['interceptor', 'pipe']);
    lookedUp = [];
    expect(await begun.ask('admins', 'root/admin')).toBe('reached');
    expect(lookedUp).toHaveLength(lookUps);
    lookedUp = [];
    expect(await begun.ask('admins', 'bob')).toBe('forbidden');
    expect(lookedUp).toHaveLength(lookUps);
  });
});
