import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { arg, Authorize, Resource, Roles } from 'nestjs-portcullis';
import { SUBJECTS } from '../nats/nats.js';
import { OwnPost } from './own-post.policy.js';
import type { Post } from './post.js';
import { Posts } from './posts.js';

/** By NATS. */
@Controller()
@Roles('reader')
export class PostsMessages {
  constructor(private readonly posts: Posts) {}

  @MessagePattern(SUBJECTS.list)
  list(): readonly Post[] {
    return this.posts.list();
  }

  @Roles('editor')
  @MessagePattern(SUBJECTS.publish)
  publish(@Payload('text') text: unknown): Post {
    return this.posts.publish(text, 'NATS');
  }

  @Roles('editor')
  @Authorize(OwnPost, { id: arg('payload.id') })
  @MessagePattern(SUBJECTS.retract)
  retract(@Resource() post: Post): Post {
    return this.posts.retract(post);
  }
}
