import { Injectable, UseGuards, type Type } from '@nestjs/common';
import {
  ConnectedSocket,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer,
} from '@nestjs/websockets';
import {
  AuthGuard,
  Authorize,
  AuthService,
  Public,
  Roles,
  RolesGuard,
  type AuthModuleOptions,
  type Policy,
} from '../../../lib/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { principalOf, webSockets, WebSocketSessions } from '../../../lib/transports/ws/index.js';
import type { RunningApplication } from '../http/application.js';
import { connect, LIBRARIES, startSockets, type Client, type Library } from './sockets.js';

const answer = (data: unknown): object => ({ event: 'answer', data });

/** Something that is waited for. */
class Signal {
  give: () => void = () => undefined;
  readonly given = new Promise<void>((resolve) => {
    this.give = resolve;
  });
}

/** What a server of ws has for those who broadcast. */
interface Server {
  readonly clients: Set<{ readonly readyState: number; send(text: string): void }>;
  on(event: 'connection', listener: () => void): void;
}

const OPEN = 1;

function broadcast({ clients }: Server): void {
  for (const client of clients) {
    if (client.readyState === OPEN) client.send(JSON.stringify({ event: 'news', data: 'secret' }));
  }
}

describe('before and after a client is let in', () => {
  let issuer: TestIssuer;
  let asked: Signal;
  let decided: Signal;
  let verdict: boolean;
  let connected: number;
  let ahead: number;
  const running: RunningApplication[] = [];
  const clients: Client[] = [];

  @Injectable()
  class Slow implements Policy {
    async allows(): Promise<boolean> {
      asked.give();
      await decided.given;
      return verdict;
    }
  }

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
  });

  beforeEach(() => {
    asked = new Signal();
    decided = new Signal();
    verdict = true;
    connected = 0;
    ahead = 0;
  });

  afterEach(async () => {
    decided.give();
    for (const client of clients.splice(0)) client.close();
    await Promise.all(running.splice(0).map((api) => api.close()));
  });

  afterAll(() => issuer.close());

  async function serving(
    library: Library,
    gateway: Type,
    auth: Partial<AuthModuleOptions> = {},
  ): Promise<RunningApplication> {
    const api = await startSockets(library, {
      providers: [gateway, WebSocketSessions, Slow],
      auth: {
        issuers: [issuer.options({ claims: { roles: 'roles' } })],
        transports: [webSockets()],
        clock: () => Date.now() + ahead,
        ...auth,
      },
    });
    running.push(api);
    return api;
  }

  async function open(
    library: Library,
    api: RunningApplication,
    path: string,
    claims: Readonly<Record<string, unknown>> = {},
  ): Promise<Client> {
    const token = await issuer.token({ sub: 'ann', ...claims });
    const client = connect(library, api, path, { headers: { authorization: `Bearer ${token}` } });
    clients.push(client);
    return client;
  }

  @WebSocketGateway({ path: '/news' })
  class NewsGateway {
    @WebSocketServer() readonly server!: Server;

    afterInit(server: Server): void {
      // As applications do that tell everybody of a newcomer.
      server.on('connection', () => {
        broadcast(server);
      });
    }

    @Authorize(Slow)
    handleConnection(): void {
      connected += 1;
      broadcast(this.server);
    }

    @SubscribeMessage('echo')
    echo(): object {
      return answer('heard');
    }
  }

  describe('of ws', () => {
    it('is sent nothing that is broadcast, where it is refused', async () => {
      const api = await serving('ws', NewsGateway);
      verdict = false;
      const client = await open('ws', api, '/news');
      await asked.given;
      const { server } = api.app.get(NewsGateway);
      broadcast(server);
      expect(server.clients.size).toBe(0);
      decided.give();
      expect(await client.next()).toEqual({
        event: 'closed',
        data: { code: 4403, reason: 'forbidden' },
      });
      expect(connected).toBe(0);
    });

    it('is sent what is broadcast from handleConnection on, and what it sent meanwhile is heard', async () => {
      const api = await serving('ws', NewsGateway);
      const client = await open('ws', api, '/news');
      client.send('echo', {});
      await asked.given;
      const { server } = api.app.get(NewsGateway);
      broadcast(server);
      decided.give();
      const news = { event: 'news', data: 'secret' };
      expect([await client.next(), await client.next()]).toEqual([news, answer('heard')]);
      expect(server.clients.size).toBe(1);
      broadcast(server);
      expect(await client.next()).toEqual(news);
    });

    it('is disconnected with the rest when the application is closed', async () => {
      const api = await serving('ws', NewsGateway);
      const client = await open('ws', api, '/news');
      await asked.given;
      running.splice(0);
      await api.close();
      expect(await client.next()).toMatchObject({ event: 'closed', data: { code: 1006 } });
      decided.give();
      await new Promise(setImmediate);
      expect(connected).toBe(0);
    });
  });

  it('connectionStateRecovery of socket.io, which asks nobody who comes back, refuses to boot', async () => {
    @WebSocketGateway({ namespace: 'feed', connectionStateRecovery: {} })
    class FeedGateway {
      @SubscribeMessage('echo')
      echo(): object {
        return answer('heard');
      }
    }
    await expect(serving('socket.io', FeedGateway)).rejects.toThrow(
      /^connectionStateRecovery of socket\.io sends .* Leave it out of the options/,
    );
  });

  it('of socket.io is sent nothing that is broadcast before', async () => {
    @WebSocketGateway({ namespace: 'news' })
    class IoNewsGateway {
      @WebSocketServer() readonly server!: { emit(event: string, data: unknown): void };

      @Authorize(Slow)
      handleConnection(): void {
        this.server.emit('news', 'first');
      }
    }
    const api = await serving('socket.io', IoNewsGateway);
    const client = await open('socket.io', api, '/news');
    await asked.given;
    api.app.get(IoNewsGateway).server.emit('news', 'secret');
    decided.give();
    expect(await client.next()).toEqual({ event: 'news', data: 'first' });
  });

  it('disconnect() reaches one of socket.io that waits for a middleware of the application', async () => {
    @WebSocketGateway({ namespace: 'middleware' })
    class MiddlewareGateway {
      afterInit(server: { use: (middleware: (client: object, next: () => void) => void) => void }) {
        server.use((_client, next) => {
          asked.give();
          void decided.given.then(next);
        });
      }

      handleConnection(): void {
        connected += 1;
      }
    }
    const api = await serving('socket.io', MiddlewareGateway);
    const client = await open('socket.io', api, '/middleware');
    await asked.given;
    expect(api.app.get(AuthService).disconnect({ subject: 'ann' })).toBe(1);
    decided.give();
    expect(await client.next()).toEqual({ event: 'closed', data: 'io server disconnect' });
    expect(connected).toBe(0);
  });

  describe.each(LIBRARIES)('of %s', (library) => {
    const at = (name: string): object =>
      library === 'ws' ? { path: `/${name}` } : { namespace: name };

    @WebSocketGateway(at('slow'))
    class SlowGateway {
      @Authorize(Slow)
      handleConnection(): void {
        connected += 1;
      }
    }

    @WebSocketGateway(at('lobby'))
    class LobbyGateway {
      @Public()
      handleConnection(client: object): void {
        expect(principalOf(client)).toBeUndefined();
      }

      /** As one that follows something for as long as the client is there. */
      @UseGuards(AuthGuard)
      @SubscribeMessage('follow')
      async follow(@ConnectedSocket() client: object): Promise<void> {
        connected = principalOf(client)?.subject === 'ann' ? 1 : 0;
        asked.give();
        await decided.given;
      }

      @UseGuards(AuthGuard, RolesGuard)
      @Roles('admin')
      @SubscribeMessage('admins')
      admins(): object {
        return answer('reached');
      }

      @Public()
      @SubscribeMessage('open')
      open(@ConnectedSocket() client: object): object {
        return answer(principalOf(client)?.subject ?? 'nobody');
      }
    }

    /** Why a socket was refused or closed, in the words of either library. */
    async function ending(client: Client): Promise<unknown> {
      const { event, data } = await client.next();
      if (event === 'closed') return (data as { reason?: string }).reason ?? data;
      return (data as { code: string }).code;
    }

    it('disconnect() reaches one that is authenticated and about to be let in', async () => {
      const api = await serving(library, SlowGateway);
      const client = await open(library, api, '/slow');
      await asked.given;
      const auth = api.app.get(AuthService);
      expect(auth.disconnect({ subject: 'bob' })).toBe(0);
      expect(auth.disconnect({ subject: 'ann' })).toBe(1);
      decided.give();
      expect(await ending(client)).toBe('invalid_token');
      expect(connected).toBe(0);
    });

    it('disconnect() does not count one that was refused', async () => {
      const api = await serving(library, SlowGateway);
      verdict = false;
      decided.give();
      expect(await ending(await open(library, api, '/slow'))).toBe('forbidden');
      expect(api.app.get(AuthService).disconnect({ subject: 'ann' })).toBe(0);
    });

    it.each([true, false])(
      'with global: %s, one that anybody may open is its sender’s as soon as a handler is called, not when that has ended',
      async (global) => {
        const api = await serving(library, LobbyGateway, { global });
        const client = await open(library, api, '/lobby');
        client.send('follow', {});
        await asked.given;
        expect(connected).toBe(1);
        expect(api.app.get(AuthService).disconnect({ subject: 'ann' })).toBe(1);
        expect(await ending(client)).toBe('invalid_token');
      },
    );

    it('one whose handler goes on is closed when the credential of its message expires', async () => {
      const api = await serving(library, LobbyGateway);
      const exp = Math.floor(Date.now() / 1000) + 600;
      const client = await open(library, api, '/lobby', { exp });
      ahead = exp * 1000 - Date.now() - 150;
      client.send('follow', {});
      expect(await ending(client)).toBe('token_expired');
      expect(connected).toBe(1);
    });

    it('who sent a message is known by it, though that was refused for what the sender may not', async () => {
      const api = await serving(library, LobbyGateway);
      const client = await open(library, api, '/lobby');
      client.send('open', {});
      expect(await client.next()).toEqual(answer('nobody'));
      client.send('admins', {});
      expect(await client.next()).toMatchObject({ event: 'exception' });
      client.send('open', {});
      expect(await client.next()).toEqual(answer('ann'));
    });
  });
});
