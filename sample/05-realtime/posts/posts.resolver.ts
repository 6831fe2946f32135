import { Args, ID, Mutation, Query, Resolver, Subscription } from '@nestjs/graphql';
import { arg, Authorize, OrgId, Resource, Roles } from 'nestjs-portcullis';
import { OwnPost } from './own-post.policy.js';
import type { Post } from './post.js';
import { PostType } from './post.type.js';
import { Posts } from './posts.js';

/** By GraphQL. */
@Resolver()
@Roles('reader')
export class PostsResolver {
  constructor(private readonly all: Posts) {}

  @Query(() => [PostType])
  posts(): readonly Post[] {
    return this.all.list();
  }

  @Roles('editor')
  @Mutation(() => PostType)
  publish(@Args('text') text: string): Post {
    return this.all.publish(text, 'GraphQL');
  }

  @Roles('editor')
  @Authorize(OwnPost, { id: arg('args.id') })
  @Mutation(() => PostType)
  retract(@Args('id', { type: () => ID }) _id: string, @Resource() post: Post): Post {
    return this.all.retract(post);
  }

  @Subscription(() => PostType, { resolve: ([post]: [Post]) => post })
  published(@OrgId() organizationId: string): AsyncIterableIterator<[Post]> {
    return this.all.publishedIn(organizationId);
  }
}
