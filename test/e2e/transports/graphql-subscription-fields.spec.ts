import { UseGuards } from '@nestjs/common';
import {
  Field,
  Mutation,
  ObjectType,
  Query,
  ResolveField,
  Resolver,
  Subscription,
} from '@nestjs/graphql';
import {
  AuthGuard,
  Public,
  Roles,
  RolesGuard,
  type RevocableCredential,
} from '../../../lib/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import type { RunningApplication } from '../http/application.js';
import { Feeds, Listener, until } from './feeds.js';
import { dial, SERVERS, startGraphql } from './graphql-application.js';

const TEXT = (): StringConstructor => String;
const NULLABLE = { nullable: true };

@ObjectType()
class Item {
  @Field(TEXT)
  id = '';
}

@Resolver(() => Item)
class ItemsResolver {
  readonly #feeds: Feeds;
  readonly done: string[] = [];

  constructor(feeds: Feeds) {
    this.#feeds = feeds;
  }

  @Query(TEXT, NULLABLE)
  me(): string {
    this.done.push('me');
    return 'me';
  }

  @Mutation(TEXT, NULLABLE)
  pay(): string {
    this.done.push('pay');
    return 'paid';
  }

  @Subscription(() => Item, NULLABLE)
  items(): AsyncIterableIterator<object> {
    return this.#feeds.listen('items');
  }

  @Public()
  @Subscription(() => Item, NULLABLE)
  open(): AsyncIterableIterator<object> {
    return this.#feeds.listen('open');
  }

  @ResolveField(TEXT, NULLABLE)
  mine(): string {
    return 'for members';
  }

  @Roles('admin')
  @ResolveField(TEXT, NULLABLE)
  secret(): string {
    return 'for admins';
  }
}

describe.each(SERVERS)('fields of what a subscription of %s tells', (server) => {
  let issuer: TestIssuer;
  let api: RunningApplication;
  let feeds: Feeds;
  let resolver: ItemsResolver;
  let client: ReturnType<typeof dial>;
  let roles: string[];
  const revoked = new Set<unknown>();

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    const auth = {
      issuers: [issuer.options()],
      principal: {
        load: {
          load: ({ subject }: { subject: string }) => ({ subject }),
          authorities: () => ({ roles }),
        },
        cacheSeconds: 0,
      },
      revocation: { isRevoked: ({ tokenId }: RevocableCredential) => revoked.has(tokenId) },
      clock: issuer.clock,
    };
    const parts = { providers: [Feeds, ItemsResolver], auth };
    api = await startGraphql(server, parts, { fieldResolverEnhancers: ['guards'] });
    feeds = api.app.get(Feeds);
    resolver = api.app.get(ItemsResolver);
  });

  beforeEach(() => {
    roles = ['admin'];
    resolver.done.length = 0;
  });

  afterEach(async () => {
    await client.dispose();
    await until(() => feeds.listening === 0);
  });

  afterAll(async () => {
    await api.close();
    await issuer.close();
  });

  async function listening(query: string, tokenId: string): Promise<Listener> {
    const token = await issuer.token({ sub: 'ann', jti: tokenId }, { lifetimeSeconds: 60 });
    client = dial(api, { connectionParams: { Authorization: `Bearer ${token}` } });
    const listener = new Listener(client, query);
    await until(() => feeds.listening === 1);
    return listener;
  }

  const refused = (code: string): unknown => [{ extensions: { code } }];

  it.each(['items', 'open'])('see a role that was taken away: %s', async (root) => {
    const listener = await listening(`${root} { id secret }`, `role-${root}`);
    feeds.publish({ id: '1' });
    await listener.told(1);
    roles = [];
    feeds.publish({ id: '2' });
    await listener.told(2);
    expect(listener.values).toMatchObject([
      { id: '1', secret: 'for admins' },
      refused('FORBIDDEN') as object,
    ]);
  });

  it('see a revocation, where anybody may subscribe', async () => {
    const listener = await listening('open { id mine }', 'revoked');
    feeds.publish({ id: '1' });
    await listener.told(1);
    revoked.add('revoked');
    feeds.publish({ id: '2' });
    await listener.told(2);
    expect(listener.values).toMatchObject([
      { id: '1', mine: 'for members' },
      refused('UNAUTHENTICATED') as object,
    ]);
  });

  it('see that the token expired, where anybody may subscribe', async () => {
    const listener = await listening('open { id mine }', 'expired');
    feeds.publish({ id: '1' });
    await listener.told(1);
    issuer.advance(3600);
    feeds.publish({ id: '2' });
    await listener.told(2);
    issuer.advance(-3600);
    expect(listener.values).toMatchObject([
      { id: '1', mine: 'for members' },
      refused('UNAUTHENTICATED') as object,
    ]);
  });

  it.each([
    ['query', 'subscription X { items { id } } query X { items { id } me }'],
    ['mutation', 'subscription X { items { id } } mutation X { items { id } pay }'],
    [
      'mutation, where anybody may subscribe',
      'subscription X { open { id } } mutation X { open { id } pay }',
    ],
  ])(
    'are no operation of another kind that has the name of the subscription: a %s',
    async (_kind, query) => {
      const token = await issuer.token({ sub: 'ann', jti: _kind });
      client = dial(api, { connectionParams: { Authorization: `Bearer ${token}` } });
      let answers = 0;
      const settled = new Promise<unknown>((resolve) => {
        client.subscribe(
          { query, operationName: 'X' },
          {
            next: () => void (answers += 1),
            error: resolve,
            complete: () => {
              resolve('complete');
            },
          },
        );
      });
      const isRefused = await Promise.race([
        settled.then(() => true),
        until(() => feeds.listening === 1).then(() => false),
      ]);
      // What anybody may subscribe to begins; what it leads to is asked who is calling, each time.
      expect(isRefused || query.includes('open')).toBe(true);
      revoked.add(_kind);
      feeds.publish({ id: '1' });
      if (!isRefused) await until(() => answers > 0);
      expect(resolver.done).toEqual([]);
    },
  );
});

@Resolver(() => Item)
class OpenItemsResolver {
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
  @Subscription(() => Item, NULLABLE)
  open(): AsyncIterableIterator<object> {
    return this.#feeds.listen('open');
  }

  @UseGuards(AuthGuard, RolesGuard)
  @ResolveField(TEXT, NULLABLE)
  mine(): string {
    return 'for members';
  }
}

it('see a revocation where the subscription has no guards at all', async () => {
  const issuer = await TestIssuer.start({ algorithms: ['ES256'] });
  let isRevoked = false;
  const auth = {
    ...{ global: false, issuers: [issuer.options()] },
    revocation: { isRevoked: () => isRevoked },
  };
  const parts = { providers: [Feeds, OpenItemsResolver], auth };
  const options = { fieldResolverEnhancers: ['guards' as const] };
  const api = await startGraphql('Apollo on Express', parts, options);
  const feeds = api.app.get(Feeds);
  const token = await issuer.token({ sub: 'ann' });
  const client = dial(api, { connectionParams: { Authorization: `Bearer ${token}` } });
  const listener = new Listener(client, 'open { id mine }');
  await until(() => feeds.listening === 1);
  feeds.publish({ id: '1' });
  await listener.told(1);
  isRevoked = true;
  feeds.publish({ id: '2' });
  const [before, after] = await listener.told(2);
  await client.dispose();
  await api.close();
  await issuer.close();
  expect(before).toEqual({ id: '1', mine: 'for members' });
  expect(after).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
});
