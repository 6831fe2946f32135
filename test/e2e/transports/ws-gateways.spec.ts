import { Module, type Type } from '@nestjs/common';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { Manager, type Socket } from 'socket.io-client';
import {
  AuthReport,
  CurrentUser,
  Public,
  Roles,
  type AuthEvent,
  type AuthModuleOptions,
} from '../../../lib/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { principalOf, webSockets, WebSocketSessions } from '../../../lib/transports/ws/index.js';
import type { Parts, RunningApplication } from '../http/application.js';
import {
  connect,
  LIBRARIES,
  startSockets,
  type Client,
  type Library,
  type Presentation,
} from './sockets.js';

const answer = (data: unknown): object => ({ event: 'answer', data });

/** Who has connected to what. */
const connected: string[] = [];

abstract class Named {
  handleConnection(client: object): void {
    connected.push(`${this.constructor.name} ${String(principalOf(client)?.subject)}`);
  }
}

let issuer: TestIssuer;
const events: AuthEvent[] = [];
const running: RunningApplication[] = [];
const clients: Client[] = [];
const managers: Manager[] = [];

beforeAll(async () => {
  issuer = await TestIssuer.start({ algorithms: ['ES256'] });
});

beforeEach(() => {
  [connected.length, events.length] = [0, 0];
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  for (const manager of managers.splice(0)) manager._close();
  await Promise.all(running.splice(0).map((api) => api.close()));
});

afterAll(() => issuer.close());

async function serving(
  library: Library,
  { providers = [], imports = [] }: Pick<Parts, 'providers' | 'imports'>,
  auth: Partial<AuthModuleOptions> = {},
): Promise<RunningApplication> {
  const api = await startSockets(library, {
    imports,
    providers: [...providers, WebSocketSessions],
    auth: {
      issuers: [issuer.options({ claims: { roles: 'roles' } })],
      transports: [webSockets()],
      onEvent: (event) => void events.push(event),
      ...auth,
    },
  });
  running.push(api);
  return api;
}

function open(
  library: Library,
  api: RunningApplication,
  ...[path, presentation]: [string, Presentation?]
): Client {
  const client = connect(library, api, path, presentation);
  clients.push(client);
  return client;
}

async function bearing(sub: string, ...roles: string[]): Promise<Presentation> {
  return { headers: { authorization: `Bearer ${await issuer.token({ sub, roles })}` } };
}

async function ask(client: Client, event: string): Promise<unknown> {
  client.send(event, {});
  return (await client.next()).data;
}

/** Why a client was not let in, in the words of either library. */
async function refusal(client: Client): Promise<unknown> {
  const { data } = await client.next();
  const { reason, code } = data as { readonly reason?: string; readonly code: unknown };
  return reason ?? code;
}

describe('namespaces of socket.io', () => {
  @WebSocketGateway({ namespace: 'chat' })
  class ChatGateway extends Named {
    @SubscribeMessage('who')
    who(@CurrentUser('subject') subject: string): object {
      return answer(`chat ${subject}`);
    }
  }

  @Roles('admin')
  @WebSocketGateway({ namespace: '/admin' })
  class AdminGateway extends Named {
    @SubscribeMessage('who')
    who(@CurrentUser('subject') subject: string): object {
      return answer(`admin ${subject}`);
    }
  }

  @Public()
  @WebSocketGateway({ namespace: 'open' })
  class OpenGateway extends Named {
    @SubscribeMessage('open')
    open(): object {
      return answer('open');
    }
  }

  /** One connection, and what comes in one of its namespaces. */
  function over(manager: Manager, namespace: string, token?: string): Client {
    const socket: Socket = manager.socket(
      namespace,
      token === undefined ? {} : { auth: { token } },
    );
    const received: { event: string; data: unknown }[] = [];
    const asking: ((each: { event: string; data: unknown }) => void)[] = [];
    const put = (event: string, data: unknown): void => {
      const asker = asking.shift();
      if (asker) asker({ event, data });
      else received.push({ event, data });
    };
    socket.onAny(put);
    socket.on('connect_error', (error: Error & { data?: unknown }) => {
      put('refused', error.data);
    });
    socket.on('disconnect', (reason) => {
      put('closed', reason);
    });
    return {
      send: (event, data) => void socket.emit(event, data),
      next: () =>
        new Promise((resolve) => {
          const first = received.shift();
          if (first) resolve(first);
          else asking.push(resolve);
        }),
      close: () => void socket.disconnect(),
    };
  }

  it('of one connection are let into each by itself, each as whom it says there', async () => {
    const providers = [ChatGateway, AdminGateway, OpenGateway];
    const api = await serving('socket.io', { providers });
    const token = (sub: string, ...roles: string[]): Promise<string> =>
      issuer.token({ sub, roles });
    const dial = (): Manager => {
      const manager = new Manager(api.url, { transports: ['websocket'], reconnection: false });
      managers.push(manager);
      return manager;
    };
    const nobody = dial();
    expect(await ask(over(nobody, '/open'), 'open')).toBe('open');
    expect(await refusal(over(nobody, '/chat'))).toBe('missing_credentials');
    // At which no gateway is.
    expect(await refusal(over(nobody, '/'))).toBe('missing_credentials');
    const ann = dial();
    expect(await ask(over(ann, '/chat', await token('ann')), 'who')).toBe('chat ann');
    // What one namespace was opened with opens no other.
    expect(await refusal(over(ann, '/admin'))).toBe('missing_credentials');
    const two = dial();
    const chat = over(two, '/chat', await token('bob', 'user'));
    const admin = over(two, '/admin', await token('root', 'admin'));
    expect(await Promise.all([ask(chat, 'who'), ask(admin, 'who')])).toEqual([
      'chat bob',
      'admin root',
    ]);
    expect(connected).toEqual([
      'OpenGateway undefined',
      'ChatGateway ann',
      ...['ChatGateway bob', 'AdminGateway root'],
    ]);
  });

  it('of a server at a path of its own are guarded as others are', async () => {
    @WebSocketGateway({ path: '/live', namespace: 'chat' })
    class LiveChat extends ChatGateway {}
    @Roles('admin')
    @WebSocketGateway({ path: '/live' })
    class LiveRoot extends Named {
      @SubscribeMessage('who')
      who(@CurrentUser('subject') subject: string): object {
        return answer(`root ${subject}`);
      }
    }
    const api = await serving('socket.io', { providers: [LiveChat, LiveRoot, OpenGateway] });
    const at = '/live';
    expect(await refusal(open('socket.io', api, '/chat', { at }))).toBe('missing_credentials');
    const ann = await bearing('ann');
    expect(await ask(open('socket.io', api, '/chat', { at, ...ann }), 'who')).toBe('chat ann');
    expect(await refusal(open('socket.io', api, '/', { at, ...ann }))).toBe('forbidden');
    const root = { at, ...(await bearing('root', 'admin')) };
    expect(await ask(open('socket.io', api, '/', root), 'who')).toBe('root root');
    expect(await ask(open('socket.io', api, '/open'), 'open')).toBe('open');
  });

  it('that a pattern matches are closed, each of them', async () => {
    @Roles('member')
    @WebSocketGateway({ namespace: /^\/tenant-\w+$/ })
    class TenantGateway extends Named {
      @SubscribeMessage('who')
      who(@CurrentUser('subject') subject: string): object {
        return answer(`tenant ${subject}`);
      }

      @Roles('admin')
      @SubscribeMessage('admins')
      admins(): object {
        return answer('reached');
      }
    }
    const api = await serving('socket.io', { providers: [TenantGateway] });
    const [ann, bob, root] = [
      await bearing('ann', 'member'),
      await bearing('bob'),
      await bearing('root', 'member', 'admin'),
    ];
    for (const path of ['/tenant-acme', '/tenant-other']) {
      expect(await refusal(open('socket.io', api, path))).toBe('missing_credentials');
      expect(await refusal(open('socket.io', api, path, bob))).toBe('forbidden');
      const member = open('socket.io', api, path, ann);
      expect(await ask(member, 'who')).toBe('tenant ann');
      expect(await ask(member, 'admins')).toMatchObject({ code: 'forbidden' });
      const admin = open('socket.io', api, path, root);
      expect(await ask(admin, 'admins')).toBe('reached');
    }
    expect(api.app.get(WebSocketSessions).disconnect({ subject: 'ann' })).toBe(2);
  });

  it('that a pattern and another gateway have are closed by both, where socket.io makes them one', async () => {
    @Roles('member')
    @WebSocketGateway({ namespace: /^\/room-\w+$/ })
    class RoomGateway extends Named {
      @SubscribeMessage('who')
      who(@CurrentUser('subject') subject: string): object {
        return answer(`room ${subject}`);
      }
    }
    @Public()
    @WebSocketGateway({ namespace: 'room-open' })
    class OpenRoom extends Named {
      @SubscribeMessage('open')
      open(): object {
        return answer('open');
      }
    }
    // What is named after the pattern is a part of it.
    const one = await serving('socket.io', { providers: [RoomGateway, OpenRoom] });
    expect(await refusal(open('socket.io', one, '/room-open'))).toBe('missing_credentials');
    expect(await refusal(open('socket.io', one, '/room-open', await bearing('bob')))).toBe(
      'forbidden',
    );
    const ann = open('socket.io', one, '/room-open', await bearing('ann', 'member'));
    expect(await ask(ann, 'open')).toBe('open');
    expect([...connected].sort()).toEqual(['OpenRoom ann', 'RoomGateway ann']);
    expect(one.app.get(WebSocketSessions).disconnect({ subject: 'ann' })).toBe(1);
    const apart = await serving('socket.io', { providers: [OpenRoom, RoomGateway] });
    expect(await ask(open('socket.io', apart, '/room-open'), 'open')).toBe('open');
    expect(await refusal(open('socket.io', apart, '/room-1'))).toBe('missing_credentials');
  });

  it('of the root, by its name and without, are one, by what all its gateways ask', async () => {
    @Public()
    @WebSocketGateway({ namespace: '/' })
    class SlashGateway extends Named {
      @Public()
      @SubscribeMessage('open')
      open(): object {
        return answer('open');
      }
    }
    const alone = await serving('socket.io', { providers: [SlashGateway] });
    expect(await ask(open('socket.io', alone, '/'), 'open')).toBe('open');
    expect(connected).toEqual(['SlashGateway undefined']);

    @WebSocketGateway()
    class RootGateway extends Named {
      @SubscribeMessage('who')
      who(@CurrentUser('subject') subject: string): object {
        return answer(subject);
      }
    }
    for (const providers of [
      [RootGateway, SlashGateway],
      [SlashGateway, RootGateway],
    ]) {
      [connected.length, events.length] = [0, 0];
      const both = await serving('socket.io', { providers });
      expect(await refusal(open('socket.io', both, '/'))).toBe('missing_credentials');
      const ann = open('socket.io', both, '/', await bearing('ann'));
      expect(await ask(ann, 'who')).toBe('ann');
      expect([...connected].sort()).toEqual(['RootGateway ann', 'SlashGateway ann']);
      const seen = events.filter(({ type }) => type === 'auth.authenticated');
      // Once for connecting, and once for the message.
      expect(seen).toHaveLength(2);
      expect(both.app.get(WebSocketSessions).disconnect({ subject: 'ann' })).toBe(1);
    }
  });
});

describe.each(LIBRARIES)('gateways that are declared in other ways: %s', (library) => {
  const at = (name: string): object =>
    library === 'ws' ? { path: `/${name}` } : { namespace: name };

  abstract class BaseGateway {
    @SubscribeMessage('plain')
    plain(@CurrentUser('subject') subject: string): object {
      return answer(`plain ${subject}`);
    }

    @Roles('admin')
    @SubscribeMessage('admins')
    admins(): object {
      return answer('reached');
    }

    @Roles('admin')
    @SubscribeMessage('overridden')
    overridden(): object {
      return answer('base');
    }

    @Public()
    @SubscribeMessage('open')
    open(): object {
      return answer('open');
    }
  }

  @WebSocketGateway(at('derived'))
  class DerivedGateway extends BaseGateway {
    @SubscribeMessage('overridden')
    override overridden(): object {
      return answer('derived');
    }
  }

  @Roles('member')
  @WebSocketGateway(at('closed'))
  class ClosedGateway extends BaseGateway {}

  it('handlers of a base class are guarded by what is declared there, and by the class', async () => {
    const api = await serving(library, { providers: [DerivedGateway, ClosedGateway] });
    expect(await refusal(open(library, api, '/derived'))).toBe('missing_credentials');
    const ann = open(library, api, '/derived', await bearing('ann'));
    expect(await ask(ann, 'plain')).toBe('plain ann');
    expect(await ask(ann, 'admins')).toMatchObject({ code: 'forbidden' });
    expect(await ask(ann, 'overridden')).toMatchObject({ code: 'forbidden' });
    expect(await ask(ann, 'open')).toBe('open');
    const root = open(library, api, '/derived', await bearing('root', 'admin'));
    expect(await ask(root, 'admins')).toBe('reached');
    expect(await ask(root, 'overridden')).toBe('derived');
    expect(await refusal(open(library, api, '/closed', await bearing('ann')))).toBe('forbidden');
    const member = open(library, api, '/closed', await bearing('ann', 'member'));
    expect(await ask(member, 'plain')).toBe('plain ann');
    expect(await ask(member, 'admins')).toMatchObject({ code: 'forbidden' });
  });

  it('one that two modules provide is guarded in both, and each message is looked up once', async () => {
    @WebSocketGateway(at('twice'))
    class TwiceGateway extends Named {
      @SubscribeMessage('plain')
      plain(@CurrentUser('subject') subject: string): object {
        return answer(`plain ${subject}`);
      }

      @Roles('admin')
      @SubscribeMessage('admins')
      admins(): object {
        return answer('reached');
      }
    }
    const api = await serving(library, {
      imports: [providing(TwiceGateway), providing(TwiceGateway)],
    });
    expect(await refusal(open(library, api, '/twice'))).toBe('missing_credentials');
    expect(connected).toEqual([]);
    const ann = open(library, api, '/twice', await bearing('ann'));
    // Nest has both instances hear each message.
    const both = [await ask(ann, 'plain'), (await ann.next()).data];
    expect(both).toEqual(['plain ann', 'plain ann']);
    const forbidden = [await ask(ann, 'admins'), (await ann.next()).data];
    expect(forbidden).toMatchObject([{ code: 'forbidden' }, { code: 'forbidden' }]);
    expect(connected).toEqual(['TwiceGateway ann', 'TwiceGateway ann']);
    const routes = api.app.get(AuthReport).routes();
    expect(routes.filter(({ handler }) => handler === 'admins')).not.toEqual([]);
  });
});

function providing(gateway: Type): Type {
  class GatewayModule {}
  Module({ providers: [gateway] })(GatewayModule);
  return GatewayModule;
}
