import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { ApolloFederationDriver } from '@nestjs/apollo';
import {
  Directive,
  Field,
  ID,
  ObjectType,
  Parent,
  Query,
  ResolveReference,
  Resolver,
} from '@nestjs/graphql';
import { MercuriusFederationDriver } from '@nestjs/mercurius';
import {
  AuthService,
  CurrentUser,
  opaqueToken,
  Public,
  Roles,
  type AuthEvent,
  type Identity,
} from '../../../lib/index.js';
import type { RunningApplication } from '../http/application.js';
import { Mine, MinePolicy } from './cases.js';
import {
  bearer,
  post,
  SERVERS,
  startGraphql,
  type GraphqlAnswer,
  type GraphqlOptions,
  type Server,
} from './graphql-application.js';

interface Reference {
  readonly id: string;
}

@ObjectType('Order')
@Directive('@key(fields: "id")')
class Order {
  @Field(() => ID)
  id = '';

  @Field(() => String, { nullable: true })
  viewer?: string;
}

@ObjectType('Invoice')
@Directive('@key(fields: "id")')
class Invoice {
  @Field(() => ID)
  id = '';
}

@ObjectType('Product')
@Directive('@key(fields: "id")')
class Product {
  @Field(() => ID)
  id = '';
}

@ObjectType('Account')
@Directive('@key(fields: "id")')
class Account {
  @Field(() => ID)
  id = '';
}

/** Those that were resolved. */
const resolved: string[] = [];

@Resolver(() => Order)
class OrdersResolver {
  readonly #auth: AuthService;

  constructor(auth: AuthService) {
    this.#auth = auth;
  }

  @Query(() => Order)
  order(): Order {
    return { id: 'one' };
  }

  @Mine('args.id')
  @ResolveReference()
  async reference(
    @Parent() { id }: Reference,
    @CurrentUser('subject') subject: string,
  ): Promise<Order> {
    resolved.push(`Order ${id}`);
    await new Promise((resolve) => setImmediate(resolve));
    return { id, viewer: `${subject} ${this.#auth.principal().subject}` };
  }
}

@Resolver(() => Invoice)
class InvoicesResolver {
  @Roles('admin')
  @ResolveReference()
  reference({ id }: Reference): Invoice {
    resolved.push(`Invoice ${id}`);
    return { id };
  }
}

@Resolver(() => Product)
class ProductsResolver {
  @Public()
  @ResolveReference()
  reference({ id }: Reference): Product {
    resolved.push(`Product ${id}`);
    return { id };
  }
}

@Resolver(() => Account)
class AccountsResolver {
  @ResolveReference()
  reference({ id }: Reference): Account {
    resolved.push(`Account ${id}`);
    return { id };
  }
}

const RESOLVERS = [OrdersResolver, InvoicesResolver, ProductsResolver, AccountsResolver];

const FIELDS = `{
  __typename
  ... on Order { id viewer }
  ... on Invoice { id }
  ... on Product { id }
  ... on Account { id }
}`;

const QUERY = `query ($of: [_Any!]!) { _entities(representations: $of) ${FIELDS} }`;

const of = (...each: string[]): object[] =>
  each.map((name) => {
    const [__typename, id] = name.split(' ');
    return { __typename, id };
  });

const codes = ({ errors }: GraphqlAnswer): unknown[] =>
  errors
    // Mercurius tells indices as texts.
    .map(({ path = [], extensions }) => [...path.map(String), extensions.originalError?.code])
    .sort();

describe.each(SERVERS)('a subgraph of a federation: %s', (server) => {
  let api: RunningApplication;
  let lookedUp = 0;
  const events: AuthEvent[] = [];

  const resolve = async (token: string): Promise<Identity | null> => {
    lookedUp += 1;
    await new Promise((done) => setImmediate(done));
    const [, subject = '', ...roles] = token.split('_');
    return subject === 'eve' ? null : { subject, roles };
  };

  const started = (options: object = {}): Promise<RunningApplication> =>
    startGraphql(
      server,
      {
        providers: [...RESOLVERS, MinePolicy],
        auth: {
          credentials: [opaqueToken({ prefix: 'pat_', resolve })],
          onEvent: (event) => void events.push(event),
        },
      },
      {
        ...driverOf(server),
        autoSchemaFile: { federation: 2 },
        buildSchemaOptions: { orphanedTypes: [Invoice, Product, Account] },
        fieldResolverEnhancers: ['guards'],
        ...options,
      } as unknown as GraphqlOptions,
    );

  const ask = (token: string | undefined, ...each: string[]): Promise<GraphqlAnswer> =>
    post(api, { query: QUERY, variables: { of: of(...each) } }, bearer(token));

  beforeAll(async () => {
    api = await started();
  });

  beforeEach(() => {
    [lookedUp, resolved.length, events.length] = [0, 0, 0];
  });

  afterAll(() => api.close());

  it('gives nobody an entity without a credential, nor for a bad one', async () => {
    const all = ['Order ann', 'Invoice 1', 'Account 1'];
    for (const [token, code] of [
      [undefined, 'missing_credentials'],
      ['pat_eve', 'invalid_token'],
    ] as const) {
      const answer = await ask(token, ...all);
      expect(answer.data).toEqual({ _entities: [null, null, null] });
      expect(codes(answer)).toEqual(all.map((_, index) => ['_entities', String(index), code]));
    }
    expect(resolved).toEqual([]);
    expect((await ask(undefined, 'Product 1', 'Account 1')).data).toEqual({
      _entities: [{ __typename: 'Product', id: '1' }, null],
    });
  });

  it('decides on each by its own class and its own reference, and looks up once', async () => {
    const all = ['Order bob', 'Order ann', 'Invoice 1', 'Account 1', 'Order bob', 'Order ann'];
    const ann = { __typename: 'Order', id: 'ann', viewer: 'ann ann' };
    const account = { __typename: 'Account', id: '1' };
    const answer = await ask('pat_ann', ...all);
    expect(answer.data).toEqual({ _entities: [null, ann, null, account, null, ann] });
    expect(codes(answer)).toEqual(
      [0, 2, 4].map((index) => ['_entities', String(index), 'forbidden']),
    );
    expect(lookedUp).toBe(1);
    expect([...resolved].sort()).toEqual(['Account 1', 'Order ann', 'Order ann']);
    expect((await ask('pat_root_admin', 'Invoice 1')).data).toEqual({
      _entities: [{ __typename: 'Invoice', id: '1' }],
    });
  });

  it('is not fooled by another name for the same field', async () => {
    const query = `query ($mine: [_Any!]!, $theirs: [_Any!]!) {
      mine: _entities(representations: $mine) ${FIELDS}
      theirs: _entities(representations: $theirs) ${FIELDS}
      again: _entities(representations: $theirs) ${FIELDS}
      inline: _entities(representations: [{ __typename: "Order", id: "bob" }]) ${FIELDS}
    }`;
    const variables = { mine: of('Order ann'), theirs: of('Order bob') };
    const answer = await post(api, { query, variables }, bearer('pat_ann'));
    expect(answer.data).toEqual({
      mine: [{ __typename: 'Order', id: 'ann', viewer: 'ann ann' }],
      ...{ theirs: [null], again: [null], inline: [null] },
    });
    expect(resolved).toEqual(['Order ann']);
  });

  it('is not fooled by a reference that brings more than its key', async () => {
    const extra = {
      ...{ __typename: 'Order', args: { id: 'ann' }, reference: { id: 'ann' } },
      ...{ user: { subject: 'bob' }, req: { headers: {} }, fieldNodes: [], schema: {} },
    };
    const answer = await post(api, { query: QUERY, variables: { of: [extra] } }, bearer('pat_ann'));
    expect(answer.data).toEqual({ _entities: [null] });
    expect(resolved).toEqual([]);
  });

  it('keeps two requests apart that ask for the same in the same moment', async () => {
    const [ann, bob, nobody] = await Promise.all([
      ask('pat_ann', 'Order ann', 'Order bob'),
      ask('pat_bob', 'Order ann', 'Order bob'),
      ask(undefined, 'Order ann', 'Order bob'),
    ]);
    const order = (id: string): object => ({ __typename: 'Order', id, viewer: `${id} ${id}` });
    expect([ann.data, bob.data, nobody.data]).toEqual([
      { _entities: [order('ann'), null] },
      { _entities: [null, order('bob')] },
      { _entities: [null, null] },
    ]);
  });

  it('tells its schema, and nothing else, without a credential', async () => {
    const query = '{ _service { sdl } order { id } }';
    const answer = await post(api, { query });
    expect(answer.errors).toMatchObject([{ path: ['order'] }]);
    const { data } = await post(api, { query: '{ _service { sdl } }' });
    const { sdl } = data?.['_service'] as { readonly sdl: string };
    expect(sdl).toContain('type Order');
    expect(lookedUp).toBe(0);
  });

  it('does not boot where entities have no guards', async () => {
    await expect(started({ fieldResolverEnhancers: [] })).rejects.toThrow(
      /reference.*fieldResolverEnhancers/s,
    );
  });
});

function driverOf(server: Server): object {
  if (server === 'Mercurius') return { driver: MercuriusFederationDriver };
  return { driver: ApolloFederationDriver, plugins: [ApolloServerPluginInlineTraceDisabled()] };
}
