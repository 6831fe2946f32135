import { once } from 'node:events';
import { UseGuards, type INestApplication, type Type } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { ConnectedSocket, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import WebSocket from 'ws';
import {
  Accepts,
  apiKey,
  AuthGuard,
  AuthModule,
  AuthService,
  CurrentUser,
  OptionalAuth,
  Public,
  Roles,
  RolesGuard,
  type AuthModuleOptions,
} from '../../../lib/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { principalOf, webSockets, WebSocketSessions } from '../../../lib/transports/ws/index.js';
import { create, moduleOf, type RunningApplication } from '../http/application.js';
import { connect, startSockets, type Client, type Library, type Presentation } from './sockets.js';

interface Answer {
  readonly event: 'answer';
  readonly data: unknown;
}

const answer = (data: unknown): Answer => ({ event: 'answer', data });

@Public()
@WebSocketGateway({ path: '/shared' })
class OpenGateway {
  @SubscribeMessage('open')
  open(): Answer {
    return answer('open');
  }
}

@WebSocketGateway({ path: '/shared' })
class ClosedGateway {
  @SubscribeMessage('closed')
  closed(@CurrentUser('subject') subject: string): Answer {
    return answer(subject);
  }
}

@WebSocketGateway({ path: '/plain' })
class PlainGateway {
  @SubscribeMessage('who')
  who(@CurrentUser('subject') subject: string): Answer {
    return answer(subject);
  }

  @SubscribeMessage('headers')
  headers(@ConnectedSocket() client: { handshake?: { headers: object } }): Answer {
    return answer(client.handshake?.headers ?? null);
  }
}

describe('servers of gateways', () => {
  let issuer: TestIssuer;
  let token: string;
  const running: RunningApplication[] = [];
  const clients: Client[] = [];

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    token = await issuer.token({ sub: 'ann', org: 'acme' });
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await Promise.all(running.splice(0).map((api) => api.close()));
  });

  afterAll(() => issuer.close());

  async function serving(
    library: Library,
    gateways: readonly Type[],
    auth: Partial<AuthModuleOptions> = {},
    configure: (app: INestApplication) => void = () => undefined,
  ): Promise<RunningApplication> {
    const api = await startSockets(library, {
      providers: [...gateways, WebSocketSessions],
      configure,
      auth: {
        issuers: [issuer.options({ claims: { organizationId: 'org' } })],
        transports: [webSockets()],
        ...auth,
      },
    });
    running.push(api);
    return api;
  }

  function open(library: Library, api: RunningApplication, ...at: [string, Presentation?]): Client {
    const client = connect(library, api, ...at);
    clients.push(client);
    return client;
  }

  const bearing = (): Presentation => ({ headers: { authorization: `Bearer ${token}` } });

  it('gateways that share a server share what it takes to connect', async () => {
    const api = await serving('ws', [ClosedGateway, OpenGateway]);
    const nobody = open('ws', api, '/shared');
    nobody.send('open', {});
    expect(await nobody.next()).toMatchObject({ data: { code: 4401 } });
    const ann = open('ws', api, '/shared', bearing());
    ann.send('open', {});
    ann.send('closed', {});
    const both = [await ann.next(), await ann.next()].map(({ data }) => data);
    expect(both.sort()).toEqual(['ann', 'open']);
  });

  it('a sub-protocol is chosen, and the token is not', async () => {
    const api = await serving('ws', [PlainGateway]);
    for (const [offered, chosen] of [
      [['bearer', token], 'bearer'],
      [['chat', 'bearer', token], 'chat'],
    ] as const) {
      const socket = new WebSocket(`ws://127.0.0.1:${api.port}/plain`, [...offered]);
      await once(socket, 'open');
      expect(socket.protocol).toBe(chosen);
      socket.close();
    }
  });

  it('an adapter of the application is guarded as Nest’s own, and its middleware knows the caller', async () => {
    const seen: unknown[] = [];
    class OwnAdapter extends IoAdapter {
      readonly #name = 'own';

      override createIOServer(
        ...[port, options]: Parameters<IoAdapter['createIOServer']>
      ): ReturnType<IoAdapter['createIOServer']> {
        expect(this.#name).toBe('own');
        return super.createIOServer(port, options);
      }
    }
    @WebSocketGateway({ namespace: 'own' })
    class OwnGateway {
      afterInit(server: {
        use: (middleware: (client: object, next: () => void) => void) => void;
      }): void {
        server.use((client, next) => {
          seen.push(principalOf(client)?.subject);
          next();
        });
      }

      @SubscribeMessage('who')
      who(@CurrentUser('subject') subject: string): Answer {
        return answer(subject);
      }
    }
    const api = await serving('socket.io', [OwnGateway], {}, (app) => {
      app.useWebSocketAdapter(new OwnAdapter(app));
    });
    expect(await open('socket.io', api, '/own').next()).toMatchObject({ event: 'refused' });
    const ann = open('socket.io', api, '/own', bearing());
    ann.send('who', {});
    expect(await ann.next()).toEqual(answer('ann'));
    // The root, at which no gateway is, is closed as well.
    expect(await open('socket.io', api, '/').next()).toMatchObject({ event: 'refused' });
    expect(seen).toEqual(['ann']);
  });

  it('what clients say of the caller is taken off the handshake', async () => {
    @WebSocketGateway()
    class HeadersGateway extends PlainGateway {
      @SubscribeMessage('headers')
      override headers(@ConnectedSocket() client: { handshake: { headers: object } }): Answer {
        return super.headers(client);
      }
    }
    const api = await serving('socket.io', [HeadersGateway]);
    const headers = { ...bearing().headers, 'user-id': 'root', 'x-mine': 'kept' };
    const client = open('socket.io', api, '/', { headers });
    client.send('headers', {});
    const { data } = (await client.next()) as { data: object };
    expect(data).toMatchObject({ 'x-mine': 'kept' });
    expect(data).not.toHaveProperty('user-id');
  });

  it('tenants are addressed by the handshake, at connecting and in messages', async () => {
    const tenant = { from: { header: 'x-tenant-id' } };
    const api = await serving('ws', [PlainGateway], { tenant });
    const addressing = (name: string): Presentation => ({
      headers: { ...bearing().headers, 'x-tenant-id': name },
    });
    const own = open('ws', api, '/plain', addressing('acme'));
    own.send('who', {});
    expect(await own.next()).toEqual(answer('ann'));
    const other = open('ws', api, '/plain', addressing('other'));
    expect(await other.next()).toEqual({
      event: 'closed',
      data: { code: 4403, reason: 'forbidden' },
    });
  });

  it('@Accepts holds for connecting, and for a message without ending the session', async () => {
    const keys = apiKey({ prefix: 'pk_', resolve: () => null });
    @WebSocketGateway({ path: '/accepts' })
    class AcceptsGateway {
      @Accepts('apiKey')
      @SubscribeMessage('machines')
      machines(): Answer {
        return answer('machine');
      }

      @SubscribeMessage('who')
      who(@CurrentUser('subject') subject: string): Answer {
        return answer(subject);
      }
    }
    const api = await serving('ws', [AcceptsGateway], { credentials: [keys] });
    const ann = open('ws', api, '/accepts', bearing());
    ann.send('machines', {});
    expect(await ann.next()).toMatchObject({ data: { code: 'credential_not_accepted' } });
    ann.send('who', {});
    expect(await ann.next()).toEqual(answer('ann'));
  });

  it('with global: false, connecting is guarded where the gateway says so, and messages too', async () => {
    @UseGuards(AuthGuard, RolesGuard)
    @WebSocketGateway({ path: '/guarded' })
    class GuardedGateway extends PlainGateway {
      @SubscribeMessage('who')
      override who(@CurrentUser('subject') subject: string): Answer {
        return super.who(subject);
      }
    }
    @WebSocketGateway({ path: '/unguarded' })
    class UnguardedGateway {
      @SubscribeMessage('anything')
      anything(): Answer {
        return answer('anything');
      }
    }
    const api = await serving('ws', [GuardedGateway, UnguardedGateway], { global: false });
    expect(await open('ws', api, '/guarded').next()).toMatchObject({ data: { code: 4401 } });
    const ann = open('ws', api, '/guarded', bearing());
    ann.send('who', {});
    expect(await ann.next()).toEqual(answer('ann'));
    const nobody = open('ws', api, '/unguarded');
    nobody.send('anything', {});
    expect(await nobody.next()).toEqual(answer('anything'));
  });

  it('nothing is heard of a client that was closed, though it goes on sending', async () => {
    const api = await serving('ws', [PlainGateway]);
    const socket = new WebSocket(`ws://127.0.0.1:${api.port}/plain`, bearing());
    const received: string[] = [];
    socket.on('message', (data: Buffer) => received.push(data.toString()));
    await once(socket, 'open');
    socket.send(JSON.stringify({ event: 'who', data: {} }));
    await once(socket, 'message');
    const closed = once(socket, 'close');
    api.app.get(AuthService).disconnect({ subject: 'ann' });
    socket.send(JSON.stringify({ event: 'who', data: {} }));
    expect((await closed)[0]).toBe(4401);
    expect(received).toHaveLength(1);
  });

  it('a gateway that anybody may connect to looks at what is presented where that is optional', async () => {
    const seen: unknown[] = [];
    @WebSocketGateway({ path: '/optional' })
    class OptionalGateway {
      @OptionalAuth()
      handleConnection(client: object): void {
        seen.push(principalOf(client)?.kind);
      }

      @Public()
      @SubscribeMessage('open')
      open(): Answer {
        return answer('open');
      }
    }
    const api = await serving('ws', [OptionalGateway]);
    for (const presentation of [{}, bearing()]) {
      const client = open('ws', api, '/optional', presentation);
      client.send('open', {});
      expect(await client.next()).toEqual(answer('open'));
    }
    expect(seen).toEqual(['anonymous', 'user']);
  });

  it('what closes handleConnection refuses to boot where no gateway is served', async () => {
    @WebSocketGateway()
    class BroadcastGateway {
      @Roles('admin')
      handleConnection(): void {
        // Broadcasts are all there is.
      }
    }
    const root = moduleOf({
      imports: [AuthModule.forRoot({ issuers: [issuer.options()] })],
      providers: [BroadcastGateway],
    });
    const app = await create('express', root);
    await expect(app.init()).rejects.toThrow(
      /BroadcastGateway\.handleConnection is reached by ws.*Add transports: \[webSockets\(\)\]/,
    );
    await app.close();
  });

  it('WebSocketSessions without the transport knows no sockets', async () => {
    const root = moduleOf({
      imports: [AuthModule.forRoot({ issuers: [issuer.options()] })],
      providers: [WebSocketSessions],
    });
    const app = await create('express', root);
    const sessions = app.get(WebSocketSessions);
    await expect(sessions.reauthenticate({}, token)).rejects.toThrow(/no socket of a gateway/);
    await app.close();
  });
});
