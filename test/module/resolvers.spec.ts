import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import type { Provider, Type } from '@nestjs/common';
import {
  Field,
  GraphQLModule,
  Mutation,
  ObjectType,
  Query,
  ResolveField,
  ResolveReference,
  Resolver,
  Subscription,
} from '@nestjs/graphql';
import {
  Authenticated,
  AuthConfigurationError,
  AuthModule,
  AuthReport,
  Public,
  Roles,
  type AuthModuleOptions,
} from '../../lib/index.js';
import { graphql } from '../../lib/transports/graphql/index.js';
import { create, moduleOf } from '../e2e/http/application.js';

const issuers = [{ issuer: 'https://issuer.example/', audience: 'api://test' }];
const TEXT = (): StringConstructor => String;

@ObjectType('Article')
class Post {
  @Field(TEXT)
  id = '';
}

@Resolver(() => Post)
class Posts {
  @Query(() => Post)
  post(): Post {
    return { id: '1' };
  }

  @Public()
  @Query(TEXT, { name: 'greeting' })
  greet(): string {
    return 'hello';
  }

  @Roles('editor')
  @Mutation(TEXT)
  rename(): string {
    return 'renamed';
  }

  @Subscription(TEXT)
  renamed(): object {
    return {};
  }

  @ResolveField(TEXT, { name: 'writer' })
  author(): string {
    return 'ann';
  }
}

@Resolver(() => Post)
class Secrets {
  @Roles('admin')
  @ResolveField(TEXT)
  secret(): string {
    return 'secret';
  }
}

@Authenticated()
@Resolver(() => Post)
class ClosedClass {
  @ResolveField(TEXT)
  secret(): string {
    return 'secret';
  }
}

@Resolver(() => Post)
class Entities {
  @ResolveReference()
  find(): Post {
    return { id: '1' };
  }
}

@Resolver(() => Post)
class PublicEntities {
  @Public()
  @ResolveReference()
  find(): Post {
    return { id: '1' };
  }
}

/** Whatever is no resolver by its class is one by its methods. */
class Plain {
  @Query(TEXT)
  plain(): string {
    return 'plain';
  }
}

async function boot(
  providers: Provider[],
  { isGuarded = false, ...options }: Partial<AuthModuleOptions> & { isGuarded?: boolean } = {},
): Promise<string[]> {
  const imports = [
    AuthModule.forRoot({ issuers, transports: [graphql()], ...options }),
    GraphQLModule.forRoot<ApolloDriverConfig>({
      driver: ApolloDriver,
      autoSchemaFile: true,
      subscriptions: { 'graphql-ws': true },
      ...(isGuarded && { fieldResolverEnhancers: ['guards'] }),
    }),
  ];
  const app = await create('express', moduleOf({ imports, providers }));
  try {
    await app.init();
    return app
      .get(AuthReport)
      .routes()
      .map(({ transport, path, policy }) => `${transport} ${path}: ${policy}`);
  } finally {
    await app.close();
  }
}

describe('resolvers', () => {
  it('are in the report as Nest names them, with their policy', async () => {
    expect(await boot([Posts, Plain])).toEqual([
      'graphql Mutation.rename: role editor',
      'graphql Query.greeting: public',
      'graphql Query.plain: any authenticated caller',
      'graphql Query.post: any authenticated caller',
      'graphql Subscription.renamed: any authenticated caller',
    ]);
  });

  it('of fields are there where Nest hands them their guards', async () => {
    expect(await boot([Posts, Secrets, Entities], { isGuarded: true })).toEqual([
      'graphql Article.__resolveReference: any authenticated caller',
      'graphql Article.secret: role admin',
      'graphql Article.writer: any authenticated caller',
      'graphql Mutation.rename: role editor',
      'graphql Query.greeting: public',
      'graphql Query.post: any authenticated caller',
      'graphql Subscription.renamed: any authenticated caller',
    ]);
  });

  it('say what is kept from whoever acts as the caller: mutations, where reading is allowed', async () => {
    expect(await boot([Posts], { impersonation: 'read-only' })).toEqual([
      'graphql Mutation.rename: role editor; not impersonated',
      'graphql Query.greeting: public',
      'graphql Query.post: any authenticated caller',
      'graphql Subscription.renamed: any authenticated caller',
    ]);
  });

  it.each([
    ['a field with a requirement', Secrets],
    ['a field of a class with a requirement', ClosedClass],
    ['an entity, which anybody can ask for', Entities],
  ])('refuse to boot for %s that Nest hands no guards', async (_, resolver) => {
    const booted = boot([Posts, resolver]);
    await expect(booted).rejects.toThrow(AuthConfigurationError);
    await expect(booted).rejects.toThrow("fieldResolverEnhancers: ['guards']");
  });

  it.each<[string, (resolver: Type<object>) => Provider]>([
    ['a factory', (resolver) => ({ provide: 'made', useFactory: () => new resolver() })],
    ['a value', (resolver) => ({ provide: 'made', useValue: new resolver() })],
  ])('refuse to boot all the same where they are made by %s', async (_, made) => {
    const cure = "fieldResolverEnhancers: ['guards']";
    for (const resolver of [Secrets, ClosedClass, Entities]) {
      await expect(boot([Posts, made(resolver)])).rejects.toThrow(cure);
    }
    expect(await boot([Posts, made(Secrets)], { isGuarded: true })).toContain(
      'graphql Article.secret: role admin',
    );
  });

  it('are looked for in whatever is provided, and nobody’s getter is called', async () => {
    class Trap {
      get trap(): never {
        throw new Error('It is called');
      }
    }
    const values = [undefined, null, 1, 'text', [], new Trap(), () => 1];
    const others = values.map((useValue: unknown, index) => ({ provide: String(index), useValue }));
    const again = { provide: 'again', useExisting: Posts };
    expect(await boot([Posts, again, ...others])).toHaveLength(4);
  });

  it('boot for an entity that is public', async () => {
    expect(await boot([Posts, PublicEntities])).toContain(
      'graphql Article.__resolveReference: public',
    );
  });

  it('refuse to boot where no transport serves them', async () => {
    await expect(boot([Posts], { transports: [] })).rejects.toThrow('graphql()');
    await expect(boot([Plain], { transports: [] })).rejects.toThrow('graphql()');
  });

  it('are closed where what is not declared is', async () => {
    const routes = await boot([Posts], { undeclaredRoutes: 'deny' });
    expect(routes).toContain('graphql Query.post: nobody: nothing is declared');
  });
});
