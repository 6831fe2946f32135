import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, type Type } from '@nestjs/common';
import { WebSocketGateway } from '@nestjs/websockets';
import {
  apiKey,
  Authorize,
  MemoryKeyValueStore,
  RevocationList,
  type ConnectionEndedEvent,
  type Policy,
} from '../../../lib/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { LastingCalls } from '../../../lib/transports/lasting-calls.js';
import { webSockets } from '../../../lib/transports/ws/index.js';
import type { RunningApplication } from '../http/application.js';
import { connect, LIBRARIES, startSockets, type Client } from './sockets.js';

/** Until what is to happen has happened; who waits for ever is ended by the runner. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(5);
}

describe.each(LIBRARIES)('a revocation while a client of %s connects', (library) => {
  let issuer: TestIssuer;
  let store: MemoryKeyValueStore;
  let isSlow: boolean;
  /** Those who wait for a decision, each by what goes on with it. */
  let waiting: (() => void)[];
  let connected: number;
  let ended: ConnectionEndedEvent[];
  const running: RunningApplication[] = [];
  const clients: Client[] = [];

  const decided = (): Promise<void> => new Promise((resolve) => waiting.push(resolve));

  @Injectable()
  class Slow implements Policy {
    async allows(): Promise<boolean> {
      await decided();
      return true;
    }
  }

  const at = (name: string): object =>
    library === 'ws' ? { path: `/${name}` } : { namespace: name };

  @Authorize(Slow)
  @WebSocketGateway(at('slow'))
  class SlowGateway {
    handleConnection(): void {
      connected += 1;
    }
  }

  @WebSocketGateway(at('quick'))
  class QuickGateway {
    handleConnection(): void {
      connected += 1;
    }
  }

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
  });

  beforeEach(() => {
    store = new MemoryKeyValueStore();
    isSlow = false;
    waiting = [];
    connected = 0;
    ended = [];
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await Promise.all(running.splice(0).map((api) => api.close()));
  });

  afterAll(() => issuer.close());

  /** By a store in another process, that takes its time where it is slow. */
  const listOf = (): RevocationList =>
    new RevocationList({
      store: {
        get: store.get.bind(store),
        set: store.set.bind(store),
        setIfAbsent: store.setIfAbsent.bind(store),
        getAndDelete: store.getAndDelete.bind(store),
        increment: store.increment.bind(store),
        delete: store.delete.bind(store),
        getAll: async (keys) => {
          const values = store.getAll(keys);
          if (isSlow) await decided();
          return values;
        },
      },
    });

  async function serving(gateway: Type, revocation: RevocationList): Promise<RunningApplication> {
    const api = await startSockets(library, {
      providers: [gateway, Slow],
      auth: {
        issuers: [issuer.options()],
        credentials: [apiKey({ resolve: () => ({ subject: 'robot' }) })],
        transports: [webSockets()],
        revocation,
        onEvent: (event) => {
          if (event.type === 'connection.ended') ended.push(event);
        },
      },
    });
    running.push(api);
    return api;
  }

  async function open(api: RunningApplication, path: string, sub: string): Promise<Client> {
    const token = await issuer.token({ sub });
    const client = connect(library, api, path, { headers: { authorization: `Bearer ${token}` } });
    clients.push(client);
    return client;
  }

  /** Why a socket was refused or closed, in the words of either library. */
  async function ending(client: Client): Promise<unknown> {
    const { event, data } = await client.next();
    if (event === 'closed') return (data as { reason?: string }).reason;
    return (data as { code: string }).code;
  }

  const revoke = (list: RevocationList, subject: string): Promise<void> =>
    list.revokeSubject({ issuer: issuer.issuer, subject });

  it('ends it, as soon as it is known who it is', async () => {
    const list = listOf();
    const client = await open(await serving(SlowGateway, list), '/slow', 'ann');
    await until(() => waiting.length === 1);
    await revoke(list, 'ann');
    await until(() => ended.length === 1);
    waiting[0]?.();
    expect(await ending(client)).toBe('invalid_token');
    expect(connected).toBe(0);
    expect(ended).toMatchObject([{ reason: 'token_revoked', subject: 'ann' }]);
  });

  it('ends it, where the list was asked just before', async () => {
    const list = listOf();
    const api = await serving(QuickGateway, list);
    isSlow = true;
    const client = await open(api, '/quick', 'ann');
    await until(() => waiting.length === 1);
    await revoke(list, 'ann');
    isSlow = false;
    waiting[0]?.();
    expect(await ending(client)).toBe('invalid_token');
    await until(() => [...api.app.get(LastingCalls)].length === 0);
    expect(ended).toMatchObject([{ reason: 'token_revoked', subject: 'ann' }]);
  });

  it('lets others in who connect at the same time', async () => {
    const list = listOf();
    const api = await serving(QuickGateway, list);
    isSlow = true;
    await open(api, '/quick', 'bob');
    await until(() => waiting.length === 1);
    await revoke(list, 'ann');
    isSlow = false;
    waiting[0]?.();
    await until(() => connected === 1);
    await pause(50);
    expect([...api.app.get(LastingCalls)]).toHaveLength(1);
    expect(ended).toEqual([]);
  });

  it('lets in who comes with what the list knows nothing of, and keeps it', async () => {
    const list = listOf();
    const api = await serving(QuickGateway, list);
    await revoke(list, 'robot');
    const headers = { 'x-api-key': 'a-key' };
    clients.push(connect(library, api, '/quick', { headers }));
    await until(() => connected === 1);
    await revoke(list, 'robot');
    await pause(50);
    expect([...api.app.get(LastingCalls)]).toHaveLength(1);
    expect(ended).toEqual([]);
  });

  it('ends it with 503, where the list cannot be asked whom it is about', async () => {
    const list = listOf();
    const api = await serving(QuickGateway, list);
    const client = await open(api, '/quick', 'ann');
    await until(() => connected === 1);
    store.getAll = () => {
      throw new Error('the store is down');
    };
    await revoke(list, 'ann');
    expect(await ending(client)).toBe('auth_unavailable');
    expect(ended).toMatchObject([{ reason: 'store_unavailable', code: 'auth_unavailable' }]);
  });

  // Of ws, nothing is read meanwhile, not even that a client has left.
  if (library === 'ws') return;
  it('tells of nobody who has left meanwhile', async () => {
    const list = listOf();
    const api = await serving(SlowGateway, list);
    const client = await open(api, '/slow', 'ann');
    const other = await open(api, '/slow', 'bob');
    await until(() => waiting.length === 2);
    client.close();
    await until(() => [...api.app.get(LastingCalls)].some(({ hasLeft }) => hasLeft === true));
    await revoke(list, 'ann');
    await revoke(list, 'bob');
    for (const decide of waiting) decide();
    expect(await ending(other)).toBe('invalid_token');
    expect(ended.map(({ subject }) => subject)).toEqual(['bob']);
    expect(connected).toBe(0);
  });
});
