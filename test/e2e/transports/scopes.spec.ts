import {
  Controller,
  Get,
  Injectable,
  Scope,
  type INestApplication,
  type Type,
} from '@nestjs/common';
import {
  ContextIdFactory,
  type ContextId,
  type ContextIdStrategy,
  type HostComponentInfo,
} from '@nestjs/core';
import { Query, Resolver } from '@nestjs/graphql';
import { MessagePattern } from '@nestjs/microservices';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import {
  apiKey,
  AuthModule,
  AuthService,
  CurrentUser,
  Roles,
  type AuthModuleOptions,
} from '../../../lib/index.js';
import { microservices } from '../../../lib/transports/rpc/index.js';
import { principalOf, webSockets } from '../../../lib/transports/ws/index.js';
import { moduleOf, type RunningApplication } from '../http/application.js';
import { post, SERVERS, startGraphql, type Server } from './graphql-application.js';
import { named, startAlone, startHybrid, TCP, type Reached } from './rpc/carriers.js';
import { connect, LIBRARIES, startSockets, type Client } from './sockets.js';

/** One sub-tree for everybody, as of one tenant: the instances that are durable are shared by all callers. */
class OneTenant implements ContextIdStrategy {
  readonly #parent: ContextId = ContextIdFactory.create();

  attach(contextId: ContextId): (info: HostComponentInfo) => ContextId {
    return ({ isTreeDurable }) => (isTreeDurable ? this.#parent : contextId);
  }
}

ContextIdFactory.apply(new OneTenant());

let made = 0;

/** Asks for the caller late, from an instance that others may share. */
@Injectable()
class Asking {
  readonly #auth: AuthService;
  readonly number: number;

  constructor(auth: AuthService) {
    this.#auth = auth;
    made += 1;
    this.number = made;
  }

  async subject(): Promise<string> {
    await new Promise((resolve) => setTimeout(resolve, 15));
    return this.#auth.principal().subject;
  }
}

@Injectable({ scope: Scope.REQUEST })
class OfRequest extends Asking {}

@Injectable({ scope: Scope.REQUEST, durable: true })
class OfTenant extends Asking {}

type Asked = Promise<string>;

async function told(subject: string, asking: Asking): Asked {
  return [subject, await asking.subject(), asking.number].join(' ');
}

@Controller({ scope: Scope.REQUEST })
class RequestController {
  constructor(readonly asking: OfRequest) {}

  @Get('request/:id')
  @MessagePattern(named('request'))
  ask(@CurrentUser('subject') subject: string): Asked {
    return told(subject, this.asking);
  }

  @Roles('admin')
  @Get('request-admins/:id')
  @MessagePattern(named('request-admins'))
  admins(): string {
    return 'reached';
  }
}

@Controller({ scope: Scope.REQUEST, durable: true })
class TenantController {
  constructor(readonly asking: OfTenant) {}

  @Get('tenant/:id')
  @MessagePattern(named('tenant'))
  ask(@CurrentUser('subject') subject: string): Asked {
    return told(subject, this.asking);
  }

  @Roles('admin')
  @Get('tenant-admins/:id')
  @MessagePattern(named('tenant-admins'))
  admins(): string {
    return 'reached';
  }
}

const TEXT = (): StringConstructor => String;

@Resolver()
@Injectable({ scope: Scope.REQUEST })
class RequestResolver {
  constructor(readonly asking: OfRequest) {}

  @Query(TEXT, { name: 'request', nullable: true })
  ask(@CurrentUser('subject') subject: string): Asked {
    return told(subject, this.asking);
  }

  @Roles('admin')
  @Query(TEXT, { name: 'requestAdmins', nullable: true })
  admins(): string {
    return 'reached';
  }
}

@Resolver()
@Injectable({ scope: Scope.REQUEST, durable: true })
class TenantResolver {
  constructor(readonly asking: OfTenant) {}

  @Query(TEXT, { name: 'tenant', nullable: true })
  ask(@CurrentUser('subject') subject: string): Asked {
    return told(subject, this.asking);
  }

  @Roles('admin')
  @Query(TEXT, { name: 'tenantAdmins', nullable: true })
  admins(): string {
    return 'reached';
  }
}

/** Answers `subject of the parameter, subject by AuthService, number of the instance`, or why not. */
type Ask = (scope: 'request' | 'tenant', key?: string, more?: string) => Promise<unknown>;

const authentication = (): AuthModuleOptions => ({
  credentials: [
    apiKey({
      resolve: async (key) => {
        await new Promise((resolve) => setImmediate(resolve));
        const [subject = '', ...roles] = key.split('/');
        return { subject, roles };
      },
    }),
  ],
});

const headersOf = (key?: string): Record<string, string> =>
  key === undefined ? {} : { 'x-api-key': key };

async function overGraphql(server: Server): Promise<[RunningApplication, Ask]> {
  const app = await startGraphql(server, {
    providers: [RequestResolver, TenantResolver, OfRequest, OfTenant],
    auth: authentication(),
  });
  const ask: Ask = async (scope, key, more = '') => {
    const field = more ? `${scope}Admins` : scope;
    const { data, errors } = await post(app, { query: `{ it: ${field} }` }, headersOf(key));
    return data?.['it'] ?? errors[0]?.extensions.originalError?.code;
  };
  return [app, ask];
}

async function overRpc(begin: (root: Type) => Promise<Reached>): Promise<[Reached, Ask]> {
  const transports = [microservices({ payloadHeaders: 'headers' })];
  const running = await begin(
    moduleOf({
      imports: [AuthModule.forRoot({ ...authentication(), transports })],
      controllers: [RequestController, TenantController],
      providers: [OfRequest, OfTenant],
    }),
  );
  const ask: Ask = async (scope, key, more = '') => {
    try {
      return await running.send(`${scope}${more && '-admins'}`, { headers: headersOf(key) });
    } catch (error) {
      return (error as { readonly code: unknown }).code;
    }
  };
  return [running, ask];
}

function overHttp(url: string): Ask {
  return async (scope, key, more = '') => {
    const at = `${url}/${scope}${more && '-admins'}/1`;
    const response = await fetch(at, { headers: headersOf(key) });
    const text = await response.text();
    return response.ok ? text : (JSON.parse(text) as { code: string }).code;
  };
}

/** Each is the caller's, whoever else calls at the same time. */
async function expectEachTheirOwn(ask: Ask): Promise<void> {
  made = 0;
  for (const scope of ['request', 'tenant'] as const) {
    const callers = ['ann', 'bob', undefined, 'cat'];
    const answers = await Promise.all(callers.map((each) => ask(scope, each)));
    const subjects = answers.map((each) => String(each).replace(/ \d+$/, ''));
    expect(subjects).toEqual(['ann ann', 'bob bob', 'missing_credentials', 'cat cat']);
    expect(await ask(scope, 'ann', 'admins')).toBe('forbidden');
    expect(await ask(scope, undefined, 'admins')).toBe('missing_credentials');
    expect(await ask(scope, 'root/admin', 'admins')).toBe('reached');
    const numbers = answers.flatMap((each) => /\d+$/.exec(String(each)) ?? []);
    // Those of a request have one each; those of a tenant share one.
    expect(new Set(numbers).size).toBe(scope === 'request' ? 3 : 1);
  }
}

describe('classes with a scope of their own', () => {
  it.each(SERVERS)('resolvers: %s', async (server) => {
    const [app, ask] = await overGraphql(server);
    try {
      await expectEachTheirOwn(ask);
    } finally {
      await app.close();
    }
  });

  it('controllers, of HTTP and of messages, in a hybrid application', async () => {
    const [running, ask] = await overRpc((root) => startHybrid(TCP, root));
    try {
      await expectEachTheirOwn(ask);
      await expectEachTheirOwn(overHttp(await (running.app as INestApplication).getUrl()));
    } finally {
      await running.close();
    }
  });

  it('controllers of messages, in a microservice', async () => {
    const [running, ask] = await overRpc((root) => startAlone(TCP, root));
    try {
      await expectEachTheirOwn(ask);
    } finally {
      await running.close();
    }
  });
});

describe.each(LIBRARIES)('gateways with a scope of their own: %s', (library) => {
  const at = (name: string): object =>
    library === 'ws' ? { path: `/${name}` } : { namespace: name };
  const answer = (data: unknown): object => ({ event: 'answer', data });
  const connected: string[] = [];

  @WebSocketGateway(at('request'))
  @Injectable({ scope: Scope.REQUEST })
  class RequestGateway {
    constructor(readonly asking: OfRequest) {}

    handleConnection(client: object): void {
      connected.push(String(principalOf(client)?.subject));
    }

    @SubscribeMessage('ask')
    async ask(@CurrentUser('subject') subject: string): Promise<object> {
      return answer(await heard(subject, this));
    }

    @Roles('admin')
    @SubscribeMessage('admins')
    admins(): object {
      return answer('reached');
    }
  }

  @WebSocketGateway(at('tenant'))
  @Injectable({ scope: Scope.REQUEST, durable: true })
  class TenantGateway {
    constructor(readonly asking: OfTenant) {}

    handleConnection(client: object): void {
      connected.push(String(principalOf(client)?.subject));
    }

    @SubscribeMessage('ask')
    async ask(@CurrentUser('subject') subject: string): Promise<object> {
      return answer(await heard(subject, this));
    }

    @Roles('admin')
    @SubscribeMessage('admins')
    admins(): object {
      return answer('reached');
    }
  }

  it('are guarded, and each message is of its sender', async () => {
    connected.length = 0;
    const app = await startSockets(library, {
      providers: [RequestGateway, TenantGateway, OfRequest, OfTenant],
      auth: { ...authentication(), transports: [webSockets()] },
    });
    const clients: Client[] = [];
    const open = (scope: string, key?: string): Client => {
      const client = connect(library, app, `/${scope}`, { headers: headersOf(key) });
      clients.push(client);
      return client;
    };
    const ask = async (client: Client, event: string): Promise<unknown> => {
      client.send(event, {});
      return (await client.next()).data;
    };
    try {
      for (const scope of ['request', 'tenant']) {
        expect(JSON.stringify(await open(scope).next())).toContain('missing_credentials');
        const [ann, bob, root] = ['ann', 'bob', 'root/admin'].map((key) => open(scope, key));
        if (!ann || !bob || !root) throw new Error('Three clients are open');
        const both = await Promise.all([ask(ann, 'ask'), ask(bob, 'ask'), ask(root, 'ask')]);
        expect(both).toEqual(['ann ann', 'bob bob', 'root root']);
        expect(await ask(ann, 'admins')).toMatchObject({ code: 'forbidden' });
        expect(await ask(root, 'admins')).toBe('reached');
      }
      const each = ['ann', 'bob', 'root'];
      expect(connected.slice(0, 3).sort()).toEqual(each);
      expect(connected.slice(3).sort()).toEqual(each);
    } finally {
      for (const client of clients) client.close();
      await app.close();
    }
  });
});

/** Nest 11 makes no gateway anew: it calls methods on what was never constructed. */
async function heard(subject: string, { asking }: { readonly asking?: Asking }): Promise<string> {
  return [subject, asking ? await asking.subject() : subject].join(' ');
}
