import { Injectable, UseGuards } from '@nestjs/common';
import { Context, Query, Resolver, Subscription } from '@nestjs/graphql';
import type { Client } from 'graphql-ws';
import {
  Accepts,
  AuthGuard,
  AuthService,
  OptionalAuth,
  Public,
  Roles,
  RolesGuard,
} from '../../../lib/index.js';

/** What is published, to whoever listens. */
@Injectable()
export class Feeds {
  readonly #listeners = new Set<(value: unknown) => void>();
  /** How many generators were left. */
  left = 0;

  get listening(): number {
    return this.#listeners.size;
  }

  publish(value: unknown): void {
    for (const tell of this.#listeners) tell(value);
  }

  /** As those of libraries that publish: closing it ends whoever waits. */
  listen(field: string): AsyncIterableIterator<object> {
    const values: unknown[] = [];
    let wake: () => void = () => undefined;
    let isOver = false;
    const tell = (value: unknown): void => {
      values.push(value);
      wake();
    };
    this.#listeners.add(tell);
    const close = (): Promise<IteratorReturnResult<undefined>> => {
      this.#listeners.delete(tell);
      isOver = true;
      wake();
      return Promise.resolve({ done: true, value: undefined });
    };
    return {
      next: async () => {
        while (values.length === 0 && !isOver) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        if (values.length === 0) return { done: true, value: undefined };
        return { done: false, value: { [field]: values.shift() } };
      },
      return: close,
      throw: close,
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  async *generate(field: string): AsyncGenerator<object> {
    try {
      for await (const value of this.listen(field)) yield value;
    } finally {
      this.left += 1;
    }
  }
}

const TEXT = (): StringConstructor => String;
const NULLABLE = { nullable: true };

/** What Mercurius has for those who publish. */
interface Publisher {
  subscribe(topic: string): Promise<AsyncIterable<object>>;
}

@Resolver()
export class FeedsResolver {
  readonly #feeds: Feeds;
  readonly #auth: AuthService;

  constructor(feeds: Feeds, auth: AuthService) {
    this.#feeds = feeds;
    this.#auth = auth;
  }

  @Public()
  @Query(TEXT)
  hello(): string {
    return 'hello';
  }

  @Query(TEXT)
  me(): string {
    return this.#auth.principal().subject;
  }

  @Subscription(TEXT, NULLABLE)
  news(): AsyncIterableIterator<object> {
    return this.#feeds.listen('news');
  }

  @Roles('editor')
  @Subscription(TEXT, NULLABLE)
  drafts(): AsyncIterableIterator<object> {
    return this.#feeds.listen('drafts');
  }

  @Accepts('apiKey')
  @Subscription(TEXT, NULLABLE)
  machines(): AsyncIterableIterator<object> {
    return this.#feeds.listen('machines');
  }

  @Subscription(TEXT, {
    nullable: true,
    filter: ({ chosen }: { chosen: string }) => chosen.startsWith('new'),
  })
  chosen(): AsyncIterableIterator<object> {
    return this.#feeds.listen('chosen');
  }

  @Subscription(TEXT, NULLABLE)
  generated(): AsyncGenerator<object> {
    return this.#feeds.generate('generated');
  }

  @Public()
  @Subscription(TEXT, NULLABLE)
  weather(): AsyncIterableIterator<object> {
    return this.#feeds.listen('weather');
  }

  @OptionalAuth()
  @Subscription(TEXT, NULLABLE)
  anyone(): AsyncIterableIterator<object> {
    return this.#feeds.listen('anyone');
  }

  /** What it returns is a stream. */
  @Subscription(TEXT, NULLABLE)
  queued(@Context('pubsub') publisher: Publisher): Promise<AsyncIterable<object>> {
    return publisher.subscribe('queued');
  }
}

/** Where there are no global guards. */
@Resolver()
export class GuardedFeedsResolver {
  readonly #feeds: Feeds;

  constructor(feeds: Feeds) {
    this.#feeds = feeds;
  }

  @Public()
  @Query(TEXT)
  hello(): string {
    return 'hello';
  }

  @UseGuards(AuthGuard, RolesGuard)
  @Subscription(TEXT, NULLABLE)
  guarded(): AsyncIterableIterator<object> {
    return this.#feeds.listen('guarded');
  }
}

/** What a subscription told, and how it ended. */
export class Listener {
  readonly values: unknown[] = [];
  readonly ended: Promise<unknown>;
  /** Ends it, as its client does. */
  readonly stop: () => void;
  #waiting: (() => void)[] = [];

  constructor(client: Client, query: string) {
    let end: (outcome: unknown) => void = () => undefined;
    this.ended = new Promise((resolve) => {
      end = resolve;
    });
    this.stop = client.subscribe(
      { query: `subscription { ${query} }` },
      {
        next: ({ data, errors }) => {
          this.values.push(errors ?? Object.values(data ?? {})[0]);
          for (const wake of this.#waiting.splice(0)) wake();
        },
        error: (failure) => {
          end(Array.isArray(failure) ? codeOf(failure as unknown[]) : failure);
        },
        complete: () => {
          end('complete');
        },
      },
    );
  }

  /** Until so many values were told. */
  async told(count: number): Promise<readonly unknown[]> {
    while (this.values.length < count) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    return this.values;
  }
}

function codeOf([first]: readonly unknown[]): unknown {
  const { extensions } = first as {
    readonly extensions?: { readonly originalError?: { readonly code?: unknown } };
  };
  return extensions?.originalError?.code;
}

/** Until something is so. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(setImmediate);
}
