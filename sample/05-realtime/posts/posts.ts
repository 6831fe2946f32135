import { randomUUID } from 'node:crypto';
import { EventEmitter, on } from 'node:events';
import { Injectable } from '@nestjs/common';
import { AuthService } from 'nestjs-portcullis';
import type { Post, Way } from './post.js';

const LONGEST = 280;
const MOST = 50;

/** What became of a post. */
export type Change = 'published' | 'retracted';

/** The posts; in memory, so that the sample needs no database. Who asks is known on every transport. */
@Injectable()
export class Posts {
  readonly #posts = new Map<string, Post>();
  readonly #changes = new EventEmitter().setMaxListeners(0);

  constructor(private readonly auth: AuthService) {}

  find(id: unknown): Post | undefined {
    return typeof id === 'string' ? this.#posts.get(id) : undefined;
  }

  /** Those of the caller's organization, the latest first. */
  list(): readonly Post[] {
    const organizationId = this.auth.organizationId();
    const theirs = [...this.#posts.values()].filter(
      (each) => each.organizationId === organizationId,
    );
    return theirs.reverse();
  }

  /** @param text As it was sent: what is no text says nothing, and a long one is cut. */
  publish(text: unknown, way: Way): Post {
    const post: Post = {
      ...{ id: randomUUID(), way },
      text: typeof text === 'string' ? text.slice(0, LONGEST) : '',
      author: this.auth.principal().subject,
      organizationId: this.auth.organizationId(),
    };
    this.#posts.set(post.id, post);
    const [oldest] = this.#posts.values();
    if (oldest && this.#posts.size > MOST) this.retract(oldest);
    this.#tell('published', post);
    return post;
  }

  retract(post: Post): Post {
    if (this.#posts.delete(post.id)) this.#tell('retracted', post);
    return post;
  }

  /** Calls back for posts of every organization: whoever listens keeps them apart. */
  onChange(listener: (change: Change, post: Post) => void): void {
    this.#changes.on('change', listener);
  }

  /** What is published in one organization from now on, in arrays of one. */
  publishedIn(organizationId: string): AsyncIterableIterator<[Post]> {
    return on(this.#changes, publishedIn(organizationId)) as AsyncIterableIterator<[Post]>;
  }

  #tell(change: Change, post: Post): void {
    this.#changes.emit('change', change, post);
    if (change === 'published') this.#changes.emit(publishedIn(post.organizationId), post);
  }
}

function publishedIn(organizationId: string): string {
  return `published in ${organizationId}`;
}
