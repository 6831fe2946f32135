import { Controller, Get, Module, Post, type Type } from '@nestjs/common';
import { Query, Resolver } from '@nestjs/graphql';
import {
  EventPattern,
  GrpcMethod,
  GrpcStreamCall,
  GrpcStreamMethod,
  MessagePattern,
} from '@nestjs/microservices';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import {
  allOf,
  anyOf,
  arg,
  AuthConfigurationError,
  AuthModule,
  AuthReport,
  Authorize,
  hasRole,
  not,
  Owner,
  owner,
  policy,
  Public,
  sameOrganization,
  SameOrg,
  type Policy,
} from '../../lib/index.js';
import { graphql } from '../../lib/transports/graphql/index.js';
import { microservices } from '../../lib/transports/rpc/index.js';
import { webSockets } from '../../lib/transports/ws/index.js';
import { create, moduleOf } from '../e2e/http/application.js';

const issuers = [{ issuer: 'https://issuer.example/', audience: 'api://test' }];
const transports = [graphql(), webSockets(), microservices()];

class MayRead implements Policy<{ id: unknown; page?: unknown }> {
  allows(): boolean {
    return true;
  }
}

const load = (): undefined => undefined;

function nothing(): void {
  // Nobody calls it.
}

/** A handler of the given kind, for which a rule holds. */
function handled(handler: MethodDecorator, rule: MethodDecorator): Type {
  @Controller('documents/:id')
  class Api {
    @handler
    @rule
    read(): void {
      nothing();
    }
  }
  return Api;
}

function gateway(handler: MethodDecorator, rule: MethodDecorator): Type {
  @WebSocketGateway()
  class Chat {
    @handler
    @rule
    read(): void {
      nothing();
    }
  }
  return Chat;
}

function resolver(rule: MethodDecorator): Type {
  @Resolver()
  class Posts {
    @Query(() => String)
    @rule
    read(): string {
      return '';
    }
  }
  return Posts;
}

function moduleWith(parts: { controllers?: Type[]; providers?: Type[] }): Type {
  const { controllers = [], providers = [] } = parts;
  @Module({
    imports: [AuthModule.forRoot({ issuers, transports })],
    controllers,
    providers: [MayRead, ...providers],
  })
  class Root {}
  return Root;
}

/** Initializes the application, and tells with what sentence it was refused. */
async function bootWith(parts: { controllers?: Type[]; providers?: Type[] }): Promise<string> {
  const app = await create('express', moduleWith(parts));
  try {
    await app.init();
    return 'booted';
  } catch (error) {
    expect(error).toBeInstanceOf(AuthConfigurationError);
    return (error as Error).message;
  } finally {
    await app.close().catch(() => undefined);
  }
}

describe('a rule that reads what its handler is never sent', () => {
  it.each<[string, Type, string]>([
    [
      'a request, the payload',
      handled(Get(), Authorize(MayRead, { id: arg('payload.id') })),
      "Api.read has a rule, declared on Api.read, that reads payload.id, which nothing has that comes by http. Read 'params.id' or 'query.id' or 'body.id' instead.",
    ],
    [
      'a request, an argument of GraphQL',
      handled(Post(), SameOrg('args["id"]')),
      `Api.read has a rule, declared on Api.read, that reads args["id"], which nothing has that comes by http. Read 'params["id"]' or 'query["id"]' or 'body["id"]' instead.`,
    ],
    [
      'a message, the body',
      handled(MessagePattern('read'), SameOrg('body.org.id')),
      "Api.read has a rule, declared on Api.read, that reads body.org.id, which nothing has that comes by rpc. Read 'payload.org.id' instead.",
    ],
    [
      'an event, what an owner is looked up by unless it is said',
      handled(EventPattern('read') as unknown as MethodDecorator, Owner({ load })),
      "Api.read has a rule, declared on Api.read, that reads params.id, which nothing has that comes by rpc. Read 'payload.id' instead.",
    ],
    [
      'a call of gRPC, a query',
      handled(GrpcMethod('Documents', 'Read'), SameOrg('query.org')),
      "Api.read has a rule, declared on Api.read, that reads query.org, which nothing has that comes by rpc. Read 'payload.org' instead.",
    ],
  ])('refuses to boot: %s', async (_, controller, sentence) => {
    expect(await bootWith({ controllers: [controller] })).toBe(sentence);
  });

  it('refuses to boot: what streams in by gRPC', async () => {
    const talk = handled(GrpcStreamMethod('Chat', 'Talk'), Owner({ id: 'payload.id', load }));
    expect(await bootWith({ controllers: [talk] })).toBe(
      'Api.read has a rule, declared on Api.read, that reads payload.id, which nothing has that comes by rpc. A stream has no message yet when it is decided who may call: declare a rule that reads nothing, and decide on each message in the handler.',
    );
    // Which refuses to boot whatever is declared, unless it is public.
    const raw = handled(GrpcStreamCall('Chat', 'Talk'), SameOrg('payload.org'));
    expect(await bootWith({ controllers: [raw] })).toContain('is a @GrpcStreamCall');
    const free = handled(GrpcStreamMethod('Chat', 'Talk'), Authorize(hasRole('admin')));
    expect(await bootWith({ controllers: [free] })).toBe('booted');
    const one = handled(GrpcMethod('Chat', 'Say'), Owner({ id: 'payload.id', load }));
    expect(await bootWith({ controllers: [one] })).toBe('booted');
  });

  it('refuses to boot: a message of a gateway, and a resolver', async () => {
    const chat = gateway(SubscribeMessage('read'), SameOrg('body.org'));
    expect(await bootWith({ providers: [chat] })).toBe(
      "Chat.read has a rule, declared on Chat.read, that reads body.org, which nothing has that comes by ws. Read 'payload.org' instead.",
    );
    const posts = resolver(SameOrg('payload.org'));
    expect(await bootWith({ providers: [posts] })).toBe(
      "Posts.read has a rule, declared on Posts.read, that reads payload.org, which nothing has that comes by graphql. Read 'args.org' instead.",
    );
  });

  it.each<[string, MethodDecorator]>([
    ['not', Authorize(not(sameOrganization('params.id')))],
    ['allOf', Authorize(allOf(sameOrganization('payload.id'), owner({ load })))],
    ['anyOf', Authorize(anyOf(hasRole('admin'), owner({ load })))],
    ['a rule on trial', SameOrg('params.id', { dryRun: true })],
  ])('refuses to boot in %s', async (_, rule) => {
    const controllers = [handled(MessagePattern('read'), rule)];
    expect(await bootWith({ controllers })).toContain(
      'declared on Api.read, that reads params.id,',
    );
  });

  it('refuses to boot where its class declares it', async () => {
    @Controller('documents/:id')
    @SameOrg('params.id')
    class Both {
      @Get()
      get(): void {
        nothing();
      }

      @MessagePattern('read')
      read(): void {
        nothing();
      }
    }
    expect(await bootWith({ controllers: [Both] })).toMatch(
      /^Both\.read has a rule, declared on Both, that reads params\.id, which nothing has that comes by rpc\./,
    );
  });

  it('holds nobody out of a public handler', async () => {
    @Controller()
    @SameOrg('params.id')
    class Open {
      @Public()
      @MessagePattern('read')
      read(): void {
        nothing();
      }
    }
    expect(await bootWith({ controllers: [Open] })).toBe('booted');
  });
});

describe('a rule that reads what comes in one way of several', () => {
  const reads = [
    ['a handler of two kinds', SameOrg('params.id')],
    [
      'a branch for each kind',
      Authorize(anyOf(sameOrganization('params.id'), sameOrganization('payload.id'))),
    ],
    [
      'an argument for each kind',
      Authorize(policy(MayRead, { id: arg('params.id'), page: arg('payload.id') })),
    ],
  ] as const;

  it.each(reads)('boots, and is warned of: %s', async (_, rule) => {
    @Controller('documents/:id')
    class Both {
      @Get()
      @MessagePattern('read')
      @rule
      read(): void {
        nothing();
      }
    }
    const app = await create('express', moduleWith({ controllers: [Both] }));
    await app.init();
    const warnings = app.get(AuthReport).warnings();
    await app.close();
    expect(warnings).toContainEqual({
      code: 'unread_argument',
      message:
        'Both.read has a rule that reads params.id, and nothing that comes by rpc has it: it has payload',
    });
  });

  it('is warned of where one of them is a stream, which has nothing', async () => {
    @Controller('documents/:id')
    class Both {
      @Get()
      @GrpcStreamMethod('Chat', 'Talk')
      @SameOrg('params.id')
      read(): void {
        nothing();
      }
    }
    const app = await create('express', moduleWith({ controllers: [Both] }));
    await app.init();
    const warnings = app.get(AuthReport).warnings();
    await app.close();
    expect(warnings).toContainEqual({
      code: 'unread_argument',
      message:
        'Both.read has a rule that reads params.id, and nothing that comes by rpc has it: it has nothing',
    });
  });

  it('is warned of once for each argument', async () => {
    const rule = Authorize(policy(MayRead, { id: arg('payload.id'), page: arg('body.page') }));
    const twice: MethodDecorator = (...target) => {
      rule(...target);
      SameOrg('body.page')(...target);
    };
    const parts = { controllers: [handled(Post(), twice)], providers: [MayRead] };
    const app = await create(
      'express',
      moduleOf({ imports: [AuthModule.forRoot({ issuers })], ...parts }),
    );
    await app.init();
    const warnings = app.get(AuthReport).warnings();
    await app.close();
    expect(warnings).toEqual([
      {
        code: 'unread_argument',
        message:
          'Api.read has a rule that reads payload.id, and nothing that comes by http has it: it has params, query, body',
      },
    ]);
  });
});
