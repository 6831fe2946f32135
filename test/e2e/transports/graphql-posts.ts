import { ExternalContextCreator } from '@nestjs/core/helpers/external-context-creator.js';
import {
  Args,
  Context,
  Field,
  Info,
  Mutation,
  ObjectType,
  Parent,
  Query,
  ResolveField,
  ResolveReference,
  Resolver,
  Subscription,
} from '@nestjs/graphql';
import type { GraphQLResolveInfo } from 'graphql';
import {
  Accepts,
  Authorize,
  AuthService,
  Claims,
  Credentials,
  CurrentUser,
  OrgId,
  Public,
  Resource,
  Roles,
  type Credential,
  type Policy,
  type PolicyRequest,
} from '../../../lib/index.js';
import { arg } from '../../../lib/index.js';
import { Mine } from './cases.js';

@ObjectType('Article')
export class Post {
  @Field(() => String)
  id = '';
}

/** Hands on what it decided on. */
export class LoadedPolicy implements Policy<{ id: unknown }> {
  allows({ args, provide }: PolicyRequest<{ id: unknown }>): boolean {
    provide({ id: `the ${String(args.id)}` });
    return true;
  }
}

/** What is done, in order. */
export const done: string[] = [];

const NULLABLE = { nullable: true };
const TEXT = (): StringConstructor => String;

@Resolver(() => Post)
export class PostsResolver {
  readonly #auth: AuthService;

  readonly #creator: ExternalContextCreator;

  constructor(auth: AuthService, creator: ExternalContextCreator) {
    this.#auth = auth;
    this.#creator = creator;
  }

  @Mine('args.id')
  @Query(() => Post, NULLABLE)
  post(@Args('id') id: string): Post {
    return { id };
  }

  @Query(() => Post)
  needed(): Post {
    return { id: 'needed' };
  }

  @Public()
  @Query(TEXT, { name: 'greeting' })
  greet(): string {
    return 'hello';
  }

  @Query(TEXT)
  async whole(
    @CurrentUser('subject') subject: string,
    @OrgId() organization: string | undefined,
    @Claims() claims: Record<string, unknown>,
    @Credentials() credential: Credential,
  ): Promise<string> {
    await new Promise((resolve) => setImmediate(resolve));
    const { source } = credential;
    const found = [this.#auth.principal().subject, this.#auth.organizationId()];
    return [
      subject,
      organization,
      claims['sub'],
      source,
      ...found,
      typeof this.#auth.requestId(),
    ].join();
  }

  @Query(TEXT, NULLABLE)
  address(): string | undefined {
    return this.#auth.contextHeaders()['Client-IP'];
  }

  @Authorize(LoadedPolicy, { id: arg('args.id') })
  @Query(TEXT)
  loaded(@Args('id') _id: string, @Resource() resource: Post): string {
    return resource.id;
  }

  @Accepts('apiKey')
  @Query(TEXT, NULLABLE)
  machines(): string {
    return 'machines';
  }

  @Mutation(TEXT, NULLABLE)
  rename(): string {
    done.push('rename');
    return 'renamed';
  }

  @Subscription(TEXT, NULLABLE)
  async *ticks(): AsyncGenerator<object> {
    await new Promise((resolve) => setImmediate(resolve));
    yield { ticks: `${this.#auth.principal().subject} 1` };
  }

  @Subscription(TEXT, {
    nullable: true,
    filter: ({ filtered }: { filtered: string }) => filtered.startsWith('new'),
    resolve: ({ filtered }: { filtered: string }) => filtered.toUpperCase(),
  })
  async *filtered(): AsyncGenerator<object> {
    for (const each of ['old', 'new']) {
      await new Promise((resolve) => setImmediate(resolve));
      yield { filtered: `${each} ${this.#auth.principal().subject}` };
    }
  }

  /** Waits to go on before each value but the first. */
  @Subscription(TEXT, NULLABLE)
  async *held(): AsyncGenerator<object> {
    for (let value = 1; value < 9; value += 1) {
      yield { held: `${this.#auth.principal().subject} ${String(value)}` };
      await pulse();
    }
  }

  /** As a subgraph asks for entities, with what Nest makes of the method that resolves them. */
  @Public()
  @Query(() => [Post], { nullable: 'itemsAndList' })
  entities(
    @Args('ids', { type: () => [String] }) ids: string[],
    @Context() context: object,
    @Info() info: GraphQLResolveInfo,
  ): unknown {
    const rest = [undefined, undefined, undefined, undefined, undefined, 'graphql'] as const;
    const resolve = this.#creator.create<never, string>(
      this,
      Reflect.get(this, 'reference') as never,
      'reference',
      ...rest,
    );
    return ids.map((id) => resolve({ __typename: 'Article', id }, context, info));
  }

  @Mine('args.id')
  @ResolveReference()
  reference({ id }: { id: string }): Post {
    return { id };
  }

  @Roles('admin')
  @ResolveField(TEXT, NULLABLE)
  secret(): string {
    return 'secret';
  }

  @ResolveField(TEXT, NULLABLE)
  viewer(@Parent() _post: Post, @CurrentUser('subject') subject?: string): string | undefined {
    return subject;
  }
}

let release: () => void = () => undefined;
let waiting: () => void = () => undefined;

/** Until {@link next}. */
function pulse(): Promise<void> {
  return new Promise((resolve) => {
    release = resolve;
    waiting();
  });
}

/** Lets subscriptions go on. */
export function next(): void {
  release();
}

/** Until a subscription waits to go on. */
export function paused(): Promise<void> {
  return new Promise((resolve) => {
    waiting = resolve;
  });
}
