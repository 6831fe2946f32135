import { Field, ID, ObjectType } from '@nestjs/graphql';
import type { Post, Way } from './post.js';

/** A post, as GraphQL tells it. */
@ObjectType('Post')
export abstract class PostType implements Omit<Post, 'organizationId'> {
  @Field(() => ID)
  readonly id!: string;

  @Field(() => String)
  readonly author!: string;

  @Field(() => String)
  readonly text!: string;

  @Field(() => String)
  readonly way!: Way;
}
