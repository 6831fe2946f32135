import { Injectable } from '@nestjs/common';
import type { Policy, PolicyRequest } from 'nestjs-portcullis';
import { Posts } from './posts.js';

/** A post is for its author to retract. */
@Injectable()
export class OwnPost implements Policy<{ id: unknown }> {
  constructor(private readonly posts: Posts) {}

  allows({ principal, args, provide }: PolicyRequest<{ id: unknown }>): boolean {
    const post = this.posts.find(args.id);
    provide(post);
    return post?.author === principal.subject && post.organizationId === principal.organizationId;
  }
}
