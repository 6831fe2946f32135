import { MercuriusDriver } from '@nestjs/mercurius';
import {
  apiKey,
  JwksService,
  type AuthEvent,
  type RevocableCredential,
} from '../../../lib/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import type { RunningApplication } from '../http/application.js';
import { Feeds, FeedsResolver, GuardedFeedsResolver, Listener, until } from './feeds.js';
import { dial, first, SERVERS, startGraphql } from './graphql-application.js';

type Client = ReturnType<typeof dial>;

describe.each(SERVERS)('subscriptions of %s', (server) => {
  let issuer: TestIssuer;
  let api: RunningApplication;
  let feeds: Feeds;
  const events: AuthEvent[] = [];
  const clients: Client[] = [];
  const revoked = new Set<unknown>();
  const keys = new Set(['good-key']);
  let isListDown = false;
  let account: { readonly roles: readonly string[] } | undefined;

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    api = await startGraphql(server, {
      providers: [Feeds, FeedsResolver],
      auth: {
        issuers: [issuer.options({ claims: { roles: 'roles' } })],
        credentials: [
          apiKey({ resolve: (key) => (keys.has(key) ? { subject: 'machine' } : null) }),
        ],
        principal: {
          load: {
            load: (principal) => (principal.kind === 'user' ? account : principal),
            authorities: (user) => user,
          },
          cacheSeconds: 0,
        },
        revocation: {
          isRevoked: ({ tokenId }: RevocableCredential) => {
            if (isListDown) throw new Error('It is down');
            return revoked.has(tokenId);
          },
        },
        clock: issuer.clock,
        onEvent: (event) => void events.push(event),
      },
    });
    feeds = api.app.get(Feeds);
  });

  beforeEach(() => {
    events.length = 0;
    isListDown = false;
    account = { roles: ['editor'] };
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) await client.dispose();
    // A generator that waits is left when it goes on.
    await until(() => {
      feeds.publish('new: over');
      return feeds.listening === 0;
    });
  });

  afterAll(async () => {
    await api.close();
    await issuer.close();
  });

  function clientOf(token: string): Client {
    const client = dial(api, { connectionParams: { Authorization: `Bearer ${token}` } });
    clients.push(client);
    return client;
  }

  async function listening(client: Client, query: string): Promise<Listener> {
    const before = feeds.listening;
    const listener = new Listener(client, query);
    await until(() => feeds.listening > before);
    return listener;
  }

  /** What is told of those that ended, beside what is told of those that began. */
  const endings = (): AuthEvent[] =>
    events.filter(({ type }) => type !== 'auth.authenticated' && type !== 'auth.anonymous');

  it('go on for as long as the credential holds, and authenticate nobody anew in the eyes of events', async () => {
    const client = clientOf(await issuer.token({ sub: 'ann' }));
    const [one, other] = [await listening(client, 'news'), await listening(client, 'generated')];
    for (const value of ['1', '2', '3']) feeds.publish(value);
    expect(await one.told(3)).toEqual(['1', '2', '3']);
    expect(await other.told(3)).toEqual(['1', '2', '3']);
    const told = events.map(({ type }) => type).filter((type) => type.startsWith('auth.'));
    expect(told).toEqual(['auth.authenticated', 'auth.authenticated']);
    one.stop();
    await until(() => feeds.listening === 1);
    feeds.publish('4');
    expect(await other.told(4)).toContain('4');
    expect(one.values).toHaveLength(3);
  });

  it.each(['news', 'drafts', 'generated', 'chosen'])(
    'tell nothing more after a revocation: %s',
    async (field) => {
      const [gone, stays] = [
        clientOf(await issuer.token({ sub: 'ann', jti: `gone-${field}` })),
        clientOf(await issuer.token({ sub: 'ann', jti: `stays-${field}` })),
      ];
      const [one, other] = [await listening(gone, field), await listening(stays, field)];
      const { left } = feeds;
      feeds.publish('new 1');
      await Promise.all([one.told(1), other.told(1)]);
      revoked.add(`gone-${field}`);
      feeds.publish('new 2');
      expect(await one.ended).toBe('invalid_token');
      expect(one.values).toEqual(['new 1']);
      expect(await other.told(2)).toEqual(['new 1', 'new 2']);
      await until(() => feeds.listening === 1);
      expect(feeds.left - left).toBe(field === 'generated' ? 1 : 0);
      expect(endings()).toMatchObject([
        { type: 'connection.ended', handler: `FeedsResolver.${field}`, reason: 'token_revoked' },
      ]);
      // The socket is as good as before for what needs no credential.
      expect((await first(gone, '{ hello }')).data).toEqual({ hello: 'hello' });
    },
  );

  it('end as unavailable where nobody can tell', async () => {
    const one = await listening(clientOf(await issuer.token({ sub: 'ann' })), 'news');
    isListDown = true;
    feeds.publish('1');
    expect(await one.ended).toBe('auth_unavailable');
    expect(one.values).toEqual([]);
    const told = endings().map(({ type }) => type);
    expect(told.sort()).toEqual(['auth.unavailable', 'connection.ended']);
  });

  it('see that the account is inactive, and that the caller may no more', async () => {
    const client = clientOf(await issuer.token({ sub: 'ann' }));
    const [news, drafts] = [await listening(client, 'news'), await listening(client, 'drafts')];
    account = { roles: ['reader'] };
    feeds.publish('1');
    expect(await drafts.ended).toBe('forbidden');
    expect(await news.told(1)).toEqual(['1']);
    account = undefined;
    feeds.publish('2');
    expect(await news.ended).toBe('account_inactive');
    expect([drafts.values, news.values]).toEqual([[], ['1']]);
    expect(endings()).toMatchObject([
      {
        type: 'connection.ended',
        reason: 'insufficient_role',
        handler: 'FeedsResolver.drafts',
      },
      { type: 'connection.ended', reason: 'user_refused', handler: 'FeedsResolver.news' },
    ]);
  });

  it('see that a key was removed', async () => {
    const client = dial(api, { headers: { 'x-api-key': 'good-key' } });
    clients.push(client);
    const machines = await listening(client, 'machines');
    feeds.publish('1');
    await machines.told(1);
    keys.delete('good-key');
    feeds.publish('2');
    expect(await machines.ended).toBe('invalid_api_key');
    expect(machines.values).toEqual(['1']);
    keys.add('good-key');
  });

  it('see that the issuer withdrew its keys', async () => {
    const one = await listening(clientOf(await issuer.token({ sub: 'ann' })), 'news');
    await issuer.rotate({ withdraw: true });
    await api.app.get(JwksService).refresh();
    feeds.publish('1');
    expect(await one.ended).toBe('invalid_token');
  });

  it('end at expiry, though nothing is published', async () => {
    const token = await issuer.token({ sub: 'ann' }, { lifetimeSeconds: 2 });
    const began = Date.now();
    const client = clientOf(token);
    const all = [await listening(client, 'news'), await listening(client, 'chosen')];
    expect(await Promise.all(all.map(({ ended }) => ended))).toEqual([
      'token_expired',
      'token_expired',
    ]);
    expect(Date.now() - began).toBeLessThan(4000);
    await until(() => feeds.listening === 0);
    const told = endings().map((each) => 'handler' in each && each.handler);
    expect(told.sort()).toEqual(['FeedsResolver.chosen', 'FeedsResolver.news']);
    const expired = { type: 'connection.ended', reason: 'token_expired' };
    expect(endings()).toMatchObject([expired, expired]);
  });

  it('end at expiry where a generator waits, which is left when it goes on', async () => {
    const { left } = feeds;
    const token = await issuer.token({ sub: 'ann' }, { lifetimeSeconds: 2 });
    const one = await listening(clientOf(token), 'generated');
    expect(await one.ended).toBe('token_expired');
    feeds.publish('1');
    await until(() => feeds.left === left + 1);
    expect(one.values).toEqual([]);
  });

  it('go on where nobody is asked for a credential', async () => {
    const client = clientOf(
      await issuer.token({ sub: 'ann', jti: 'once' }, { lifetimeSeconds: 60 }),
    );
    const nobody = dial(api, {});
    clients.push(nobody);
    const weather = await listening(client, 'weather');
    const anyone = await listening(client, 'anyone');
    const anonymous = await listening(nobody, 'anyone');
    revoked.add('once');
    feeds.publish('1');
    expect(await weather.told(1)).toEqual(['1']);
    expect(await anonymous.told(1)).toEqual(['1']);
    // Whoever was somebody is not served as nobody.
    expect(await anyone.ended).toBe('invalid_token');
    issuer.advance(300);
    feeds.publish('2');
    expect(await weather.told(2)).toEqual(['1', '2']);
    expect(await anonymous.told(2)).toEqual(['1', '2']);
    issuer.advance(-300);
  });
});

describe('subscriptions without global guards', () => {
  it('end with the credential as well', async () => {
    const issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    const api = await startGraphql('Apollo on Express', {
      providers: [Feeds, GuardedFeedsResolver],
      auth: { issuers: [issuer.options()], clock: issuer.clock, global: false },
    });
    const connectionParams = { Authorization: `Bearer ${await issuer.token({ sub: 'ann' })}` };
    const client = dial(api, { connectionParams });
    const one = new Listener(client, 'guarded');
    await until(() => api.app.get(Feeds).listening === 1);
    api.app.get(Feeds).publish('1');
    expect(await one.told(1)).toEqual(['1']);
    issuer.advance(600);
    api.app.get(Feeds).publish('2');
    expect(await one.ended).toBe('token_expired');
    expect(one.values).toEqual(['1']);
    await client.dispose();
    await api.close();
    await issuer.close();
  });
});

describe('a quiet subscription', () => {
  it('ends when the clock is advanced over its expiry', async () => {
    const issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    const api = await startGraphql('Apollo on Express', {
      providers: [Feeds, GuardedFeedsResolver],
      auth: { issuers: [issuer.options()], clock: issuer.clock },
    });
    const connectionParams = { Authorization: `Bearer ${await issuer.token({ sub: 'ann' })}` };
    const client = dial(api, { connectionParams });
    const one = new Listener(client, 'guarded');
    await until(() => api.app.get(Feeds).listening === 1);
    issuer.advance(600);
    expect(await one.ended).toBe('token_expired');
    expect(one.values).toEqual([]);
    await client.dispose();
    await api.close();
    await issuer.close();
  });
});

describe('subscriptions of Mercurius', () => {
  it('end where what a handler returns is a stream', async () => {
    const issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    const events: AuthEvent[] = [];
    const api = await startGraphql(
      'Mercurius',
      {
        providers: [Feeds, FeedsResolver],
        auth: {
          issuers: [issuer.options()],
          credentials: [apiKey({ resolve: () => null })],
          clock: issuer.clock,
          onEvent: (event) => void events.push(event),
        },
      },
      { driver: MercuriusDriver },
    );
    const fastify = api.app.getHttpAdapter().getInstance() as {
      readonly graphql: {
        readonly pubsub: { publish(event: { topic: string; payload: object }): void };
      };
    };
    const publish = (queued: string): void => {
      fastify.graphql.pubsub.publish({ topic: 'queued', payload: { queued } });
    };
    const connectionParams = { Authorization: `Bearer ${await issuer.token({ sub: 'ann' })}` };
    const client = dial(api, { connectionParams });
    const one = new Listener(client, 'queued');
    await until(() => events.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    publish('1');
    expect(await one.told(1)).toEqual(['1']);
    issuer.advance(600);
    publish('2');
    expect(await one.ended).toBe('token_expired');
    expect(one.values).toEqual(['1']);
    await client.dispose();
    await api.close();
    await issuer.close();
  });
});
