import { Body, Controller, Delete, Get, Post as HttpPost } from '@nestjs/common';
import { arg, Authorize, Resource, Roles } from 'nestjs-portcullis';
import { OwnPost } from './own-post.policy.js';
import type { Post } from './post.js';
import { Posts } from './posts.js';

/** By HTTP. */
@Controller('posts')
@Roles('reader')
export class PostsController {
  constructor(private readonly posts: Posts) {}

  @Get()
  list(): readonly Post[] {
    return this.posts.list();
  }

  @Roles('editor')
  @HttpPost()
  publish(@Body('text') text: unknown): Post {
    return this.posts.publish(text, 'HTTP');
  }

  @Roles('editor')
  @Authorize(OwnPost, { id: arg('params.id') })
  @Delete(':id')
  retract(@Resource() post: Post): Post {
    return this.posts.retract(post);
  }
}
