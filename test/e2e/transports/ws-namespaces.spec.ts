import { setTimeout as pause } from 'node:timers/promises';
import { SubscribeMessage, WebSocketGateway, WebSocketServer } from '@nestjs/websockets';
import type { Namespace } from 'socket.io';
import { Manager, type Socket } from 'socket.io-client';
import { AuthService, CurrentUser, Public, Roles } from '../../../lib/index.js';
import type { RunningApplication } from '../http/application.js';
import { answer, ask, connected, GatewayBench, Named, refusal } from './gateway-bench.js';
import { inbox, type Client } from './sockets.js';

let bench: GatewayBench;

beforeAll(async () => {
  bench = await GatewayBench.start();
});

afterEach(() => bench.clear());

afterAll(() => bench.close());

/** A connection, of which each namespace is one client. */
function dial({ url }: RunningApplication): Manager {
  const manager = new Manager(url, { transports: ['websocket'], reconnection: false });
  bench.closing({
    close: () => {
      manager._close();
    },
  });
  return manager;
}

/** One connection, and what comes in one of its namespaces. */
function over(manager: Manager, namespace: string, token?: string): Client {
  const { put, next } = inbox();
  const socket: Socket = manager.socket(namespace, token === undefined ? {} : { auth: { token } });
  socket.onAny((event: string, data: unknown) => {
    put({ event, data });
  });
  socket.on('connect_error', (error: Error & { data?: unknown }) => {
    put({ event: 'refused', data: error.data });
  });
  return {
    next,
    send: (event, data) => void socket.emit(event, data),
    close: () => void socket.disconnect(),
  };
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

  it('of one connection are let into each by itself, each as whom it says there', async () => {
    const providers = [ChatGateway, AdminGateway, OpenGateway];
    const api = await bench.serving('socket.io', { providers });
    const nobody = dial(api);
    expect(await ask(over(nobody, '/open'), 'open')).toBe('open');
    expect(await refusal(over(nobody, '/chat'))).toBe('missing_credentials');
    // At which no gateway is.
    expect(await refusal(over(nobody, '/'))).toBe('missing_credentials');
    const ann = dial(api);
    expect(await ask(over(ann, '/chat', await bench.token('ann')), 'who')).toBe('chat ann');
    // What one namespace was opened with opens no other.
    expect(await refusal(over(ann, '/admin'))).toBe('missing_credentials');
    const two = dial(api);
    const chat = over(two, '/chat', await bench.token('bob', 'user'));
    const admin = over(two, '/admin', await bench.token('root', 'admin'));
    expect(await Promise.all([ask(chat, 'who'), ask(admin, 'who')])).toEqual([
      'chat bob',
      'admin root',
    ]);
    expect([...connected].sort()).toEqual([
      'AdminGateway root',
      'ChatGateway ann',
      'ChatGateway bob',
      'OpenGateway undefined',
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
    const api = await bench.serving('socket.io', { providers: [LiveChat, LiveRoot, OpenGateway] });
    const at = '/live';
    expect(await refusal(bench.open('socket.io', api, '/chat', { at }))).toBe(
      'missing_credentials',
    );
    const ann = await bench.bearing('ann');
    expect(await ask(bench.open('socket.io', api, '/chat', { at, ...ann }), 'who')).toBe(
      'chat ann',
    );
    expect(await refusal(bench.open('socket.io', api, '/', { at, ...ann }))).toBe('forbidden');
    const root = { at, ...(await bench.bearing('root', 'admin')) };
    expect(await ask(bench.open('socket.io', api, '/', root), 'who')).toBe('root root');
    expect(await ask(bench.open('socket.io', api, '/open'), 'open')).toBe('open');
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
    const api = await bench.serving('socket.io', { providers: [TenantGateway] });
    const [ann, bob, root] = [
      await bench.bearing('ann', 'member'),
      await bench.bearing('bob'),
      await bench.bearing('root', 'member', 'admin'),
    ];
    for (const path of ['/tenant-acme', '/tenant-other']) {
      expect(await refusal(bench.open('socket.io', api, path))).toBe('missing_credentials');
      expect(await refusal(bench.open('socket.io', api, path, bob))).toBe('forbidden');
      const member = bench.open('socket.io', api, path, ann);
      expect(await ask(member, 'who')).toBe('tenant ann');
      expect(await ask(member, 'admins')).toMatchObject({ code: 'forbidden' });
      const admin = bench.open('socket.io', api, path, root);
      expect(await ask(admin, 'admins')).toBe('reached');
    }
    expect(api.app.get(AuthService).disconnect({ subject: 'ann' })).toBe(2);
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
    const one = await bench.serving('socket.io', { providers: [RoomGateway, OpenRoom] });
    expect(await refusal(bench.open('socket.io', one, '/room-open'))).toBe('missing_credentials');
    expect(
      await refusal(bench.open('socket.io', one, '/room-open', await bench.bearing('bob'))),
    ).toBe('forbidden');
    const ann = bench.open('socket.io', one, '/room-open', await bench.bearing('ann', 'member'));
    expect(await ask(ann, 'open')).toBe('open');
    expect([...connected].sort()).toEqual(['OpenRoom ann', 'RoomGateway ann']);
    expect(one.app.get(AuthService).disconnect({ subject: 'ann' })).toBe(1);
    const apart = await bench.serving('socket.io', { providers: [OpenRoom, RoomGateway] });
    expect(await ask(bench.open('socket.io', apart, '/room-open'), 'open')).toBe('open');
    expect(await refusal(bench.open('socket.io', apart, '/room-1'))).toBe('missing_credentials');
  });

  it('that a pattern matches are as closed as their own gateway, once they were dropped and made anew', async () => {
    const cleanupEmptyChildNamespaces = true;

    @Public()
    @WebSocketGateway({ namespace: /^\/room-\w+$/, cleanupEmptyChildNamespaces })
    class OpenRooms extends Named {
      @SubscribeMessage('open')
      open(): object {
        return answer('open');
      }
    }

    @Roles('admin')
    @WebSocketGateway({ namespace: 'room-admin', cleanupEmptyChildNamespaces })
    class AdminRoom extends Named {
      @WebSocketServer()
      readonly server!: Namespace;

      get isThere(): boolean {
        return this.server.server._nsps.has('/room-admin');
      }

      tell(): void {
        this.server.server.of('/room-admin').emit('news', 'for admins');
      }
    }
    const api = await bench.serving('socket.io', { providers: [OpenRooms, AdminRoom] });
    const room = api.app.get(AdminRoom);
    const root = await bench.bearing('root', 'admin');
    for (let round = 0; round < 3; round += 1) {
      expect(await refusal(bench.open('socket.io', api, '/room-admin'))).toBe(
        'missing_credentials',
      );
      const bob = bench.open('socket.io', api, '/room-admin', await bench.bearing('bob'));
      expect(await refusal(bob)).toBe('forbidden');
      const admin = bench.open('socket.io', api, '/room-admin', root);
      expect(await ask(admin, 'open')).toBe('open');
      room.tell();
      expect(await admin.next()).toEqual({ event: 'news', data: 'for admins' });
      admin.close();
      while (room.isThere) await pause(5);
    }
    expect(await ask(bench.open('socket.io', api, '/room-other'), 'open')).toBe('open');
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
    const alone = await bench.serving('socket.io', { providers: [SlashGateway] });
    expect(await ask(bench.open('socket.io', alone, '/'), 'open')).toBe('open');
    expect([...connected].sort()).toEqual(['SlashGateway undefined']);

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
      [connected.length, bench.events.length] = [0, 0];
      const both = await bench.serving('socket.io', { providers });
      expect(await refusal(bench.open('socket.io', both, '/'))).toBe('missing_credentials');
      const ann = bench.open('socket.io', both, '/', await bench.bearing('ann'));
      expect(await ask(ann, 'who')).toBe('ann');
      expect([...connected].sort()).toEqual(['RootGateway ann', 'SlashGateway ann']);
      const seen = bench.events.filter(({ type }) => type === 'auth.authenticated');
      // Once for connecting, and once for the message.
      expect(seen).toHaveLength(2);
      expect(both.app.get(AuthService).disconnect({ subject: 'ann' })).toBe(1);
    }
  });
});
