import { Injectable } from '@nestjs/common';
import { Args, Query, Resolver, Subscription } from '@nestjs/graphql';
import {
  arg,
  Authorize,
  Public,
  Roles,
  type Policy,
  type PolicyRequest,
} from '../../../lib/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { type RunningApplication } from '../http/application.js';
import { Feeds, Listener, until } from './feeds.js';
import { dial, first, post, SERVERS, startGraphql } from './graphql-application.js';

const TEXT = (): StringConstructor => String;
const SECRET = 'the secret of admins';

/** One object for several subscriptions, which is not ours to change. */
const NULLABLE = Object.freeze({ nullable: true });

@Injectable()
class Mine implements Policy<{ id: unknown }> {
  allows({ args }: PolicyRequest<{ id: unknown }>): boolean {
    return args.id === 'mine';
  }
}

@Resolver()
class VaultResolver {
  readonly #feeds: Feeds;

  constructor(feeds: Feeds) {
    this.#feeds = feeds;
  }

  @Public()
  @Query(TEXT)
  hello(): string {
    return 'hello';
  }

  @Public()
  @Subscription(TEXT, NULLABLE)
  open(): AsyncIterableIterator<object> {
    return this.#feeds.listen('open');
  }

  @Roles('admin')
  @Subscription(TEXT, {
    nullable: true,
    filter: ({ closed }: { closed: string }) => closed !== 'filtered',
    resolve(this: VaultResolver, { closed }: { closed?: string } = {}) {
      return this.reveal(closed);
    },
  })
  closed(): AsyncIterableIterator<object> {
    return this.#feeds.listen('closed');
  }

  /** What is published for all has a member of its name. */
  @Roles('admin')
  @Subscription(TEXT, NULLABLE)
  plain(): AsyncIterableIterator<object> {
    return this.#feeds.listen('plain');
  }

  @Authorize(Mine, { id: arg('args.id') })
  @Subscription(TEXT, {
    nullable: true,
    resolve: (_value: unknown, { id }: { id: string }) => `account ${id}`,
  })
  account(@Args('id') id: string): AsyncIterableIterator<object> {
    return this.#feeds.listen(`account ${id}`);
  }

  reveal(published: string | undefined): string {
    return `${SECRET}: ${String(published)}`;
  }
}

describe.each(SERVERS)('what a subscription of %s resolves', (server) => {
  let issuer: TestIssuer;
  let api: RunningApplication;
  let feeds: Feeds;
  let client: ReturnType<typeof dial> | undefined;

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    const parts = {
      providers: [Feeds, VaultResolver, Mine],
      auth: { issuers: [issuer.options({ claims: { roles: 'roles' } })] },
    };
    // The class is another application's as well.
    await (await startGraphql(server, parts)).close();
    api = await startGraphql(server, parts);
    feeds = api.app.get(Feeds);
  });

  afterEach(async () => {
    await client?.dispose();
    client = undefined;
    // A filter that waits is left when it goes on.
    await until(() => {
      feeds.publish('over');
      return feeds.listening === 0;
    });
  });

  afterAll(async () => {
    await api.close();
    await issuer.close();
  });

  async function connect(claims: object): Promise<ReturnType<typeof dial>> {
    const token = await issuer.token({ sub: 'ann', ...claims });
    client = dial(api, { connectionParams: { Authorization: `Bearer ${token}` } });
    return client;
  }

  async function listening(on: ReturnType<typeof dial>, query: string): Promise<Listener> {
    const before = feeds.listening;
    const listener = new Listener(on, query);
    await until(() => feeds.listening > before);
    return listener;
  }

  it('is told to whoever may have it, as the instance and its filter say', async () => {
    const admin = await connect({ roles: ['admin'] });
    const closed = await listening(admin, 'x: closed');
    const plain = await listening(admin, 'plain');
    for (const value of ['1', 'filtered', '2']) feeds.publish(value);
    expect(await closed.told(2)).toEqual([`${SECRET}: 1`, `${SECRET}: 2`]);
    expect(await plain.told(3)).toEqual(['1', 'filtered', '2']);
    const account = await listening(admin, 'account(id: "mine")');
    feeds.publish('3');
    expect(await account.told(1)).toEqual(['account mine']);
  });

  it('is refused whoever may not subscribe', async () => {
    const reader = await connect({ roles: [] });
    expect((await first(reader, 'subscription { closed }')).errors).toHaveLength(1);
    expect((await first(reader, 'subscription { account(id: "theirs") }')).errors).toHaveLength(1);
  });

  it.each([
    'subscription { closed }',
    'subscription { ...f } fragment f on Subscription { closed }',
    'subscription { plain }',
    'subscription { open }',
  ])('is not told over HTTP, where nobody subscribes: %s', async (query) => {
    const { text } = await post(api, { query });
    expect(text).not.toContain(SECRET);
    expect(text).toContain('FORBIDDEN');
    const address = `${api.url}/graphql?query=${encodeURIComponent(query)}`;
    const headers = { 'apollo-require-preflight': '1' };
    expect(await (await fetch(address, { headers })).text()).not.toContain(SECRET);
  });
});

describe('subscriptions of Mercurius with several root fields', () => {
  let issuer: TestIssuer;
  let api: RunningApplication;
  let feeds: Feeds;

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    api = await startGraphql('Mercurius', {
      providers: [Feeds, VaultResolver, Mine],
      auth: { issuers: [issuer.options({ claims: { roles: 'roles' } })] },
    });
    feeds = api.app.get(Feeds);
  });

  afterAll(async () => {
    await api.close();
    await issuer.close();
  });

  it.each([
    ['open closed', undefined],
    ['open x: closed', undefined],
    ['...f } fragment f on Subscription { open closed', undefined],
    ['open plain', undefined],
    ['account(id: "mine") x: account(id: "theirs")', { sub: 'ann' }],
  ])('tell no more than the one that was subscribed to: %s', async (query, claims) => {
    const token = claims && (await issuer.token(claims));
    const client = dial(
      api,
      token ? { connectionParams: { Authorization: `Bearer ${token}` } } : {},
    );
    const answer = first(client, `subscription { ${query} }`);
    await until(() => feeds.listening === 1);
    feeds.publish('news');
    const { text, data, errors } = await answer;
    await client.dispose();
    await until(() => feeds.listening === 0);
    expect(text).not.toMatch(/secret|theirs/);
    expect(Object.values(data ?? {})).toContain(null);
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});
