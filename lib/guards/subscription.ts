import { Logger } from '@nestjs/common';
import { atInstant } from '../core/at-instant.js';
import { InvalidCredential, type AuthError } from '../core/auth-error.js';
import type { Clock } from '../core/clock.js';
import { whenReady, type MaybePromise } from '../core/maybe-promise.js';
import type { Principal } from '../core/principal.js';
import type { LastingCall, LastingCalls } from '../transports/lasting-calls.js';
import { nameOfThrown } from '../transports/name-of-thrown.js';

/** On whose behalf a subscription is read. */
export interface Subscriber {
  readonly clock: Clock;
  /** Where subscriptions are kept while they are read. */
  readonly lasting: LastingCalls;
  readonly call: Pick<LastingCall, 'handler' | 'route' | 'requestId'>;
  /** `undefined` where no credential was looked at. */
  readonly principal: () => Principal | undefined;
  /** Does something with the message at hand. */
  readonly within: <T>(work: () => T) => T;
  /** Why nothing more is to be told; `undefined` where it may be. */
  readonly failure: () => MaybePromise<AuthError | undefined>;
  /** What ends it, in the currency of the transport. */
  readonly refuse: (failure: AuthError) => Error;
}

type Result = IteratorResult<unknown, unknown>;

/** Somebody who waits for a value. */
interface Waiting {
  readonly resolve: (result: Result) => void;
  readonly reject: (failure: unknown) => void;
}

/** Has what a subscription is read from end, at once or later. */
type Ending = () => unknown;

const logger = new Logger('Subscription');

const DONE: Result = Object.freeze({ done: true, value: undefined });

/**
 * What a subscription of GraphQL yields is made when it is asked for, long after the handler returned:
 * with the message at hand all the same, and for as long as its subscriber may have it. What ends it is
 * thrown, once.
 */
export class Subscription implements AsyncIterableIterator<unknown>, LastingCall {
  readonly transport = 'graphql';
  readonly #source: AsyncIterator<unknown>;
  readonly #destroy: Ending;
  readonly #subscriber: Subscriber;
  readonly #waiting = new Set<Waiting>();
  #stage: 'new' | 'open' | 'over' = 'new';
  #refusal: Error | undefined;
  #armedFor: Principal | undefined;
  #disarm: () => void = () => undefined;

  constructor(source: AsyncIterable<unknown>, subscriber: Subscriber) {
    this.#source = source[Symbol.asyncIterator]();
    this.#destroy = destructionOf(source);
    this.#subscriber = subscriber;
  }

  get handler(): string {
    return this.#subscriber.call.handler;
  }

  get route(): string | undefined {
    return this.#subscriber.call.route;
  }

  get requestId(): string | undefined {
    return this.#subscriber.call.requestId;
  }

  get principal(): Principal | undefined {
    return this.#subscriber.principal();
  }

  next(...given: [] | [unknown]): Promise<Result> {
    return this.#subscriber.within(
      () =>
        new Promise((resolve, reject) => {
          const waiting: Waiting = { resolve, reject };
          if (this.#stage === 'over') {
            this.#answer(waiting);
            return;
          }
          this.#open();
          this.#waiting.add(waiting);
          this.#told(given).then(
            (result) => {
              if (this.#waiting.delete(waiting)) waiting.resolve(result);
            },
            (failure: unknown) => {
              if (this.#waiting.delete(waiting)) waiting.reject(failure);
            },
          );
        }),
    );
  }

  return(given?: unknown): Promise<Result> {
    const isOver = this.#stage === 'over';
    this.#leave();
    return this.#subscriber.within(async () => {
      const result = isOver ? undefined : await this.#source.return?.(given);
      return result ?? { done: true, value: given };
    });
  }

  throw(failure?: unknown): Promise<Result> {
    this.#leave();
    return this.#subscriber.within(async () => {
      if (this.#source.throw) return this.#source.throw(failure);
      throw failure;
    });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Nothing more is told, and whoever waits for a value learns why. */
  close(failure: AuthError): void {
    this.#leave();
    this.#refusal = this.#subscriber.within(() => this.#subscriber.refuse(failure));
    for (const each of this.#waiting) this.#answer(each);
    this.#waiting.clear();
    this.#subscriber.within(() => {
      void this.#attempt(this.#destroy);
      void this.#attempt(() => this.#source.return?.());
    });
  }

  /** What it is read from is the application's: whatever comes of its end, nothing else ends by that. */
  async #attempt(end: Ending): Promise<void> {
    try {
      await end();
    } catch (thrown) {
      logger.error(`What ${this.handler} is read from could not be ended: ${nameOfThrown(thrown)}`);
    }
  }

  async #told(given: [] | [unknown]): Promise<Result> {
    let result: Result;
    try {
      result = await this.#source.next(...given);
    } catch (failure) {
      this.#leave();
      throw failure;
    }
    if (result.done === true) this.#leave();
    else await this.#assert();
    // It may have been ended meanwhile.
    return this.#stage === 'open' ? result : DONE;
  }

  /** At once where that can be told at once: a promise would cost every value a turn. */
  #assert(): MaybePromise<void> {
    return whenReady(this.#subscriber.failure(), (failure) => {
      if (failure) this.#end(failure);
      else if (this.#stage === 'open') this.#arm();
    });
  }

  #answer({ resolve, reject }: Waiting): void {
    const refusal = this.#refusal;
    this.#refusal = undefined;
    if (refusal) reject(refusal);
    else resolve(DONE);
  }

  /** Not before somebody wants a value: what nobody reads, nobody would close. */
  #open(): void {
    if (this.#stage !== 'new') return;
    this.#stage = 'open';
    this.#subscriber.lasting.add(this);
    this.#arm();
  }

  /** Whoever is authenticated anew may be so until another instant. */
  #arm(): void {
    const { principal } = this;
    if (this.#armedFor === principal) return;
    const isAnother = this.#armedFor !== undefined;
    this.#armedFor = principal;
    this.#disarm();
    const expiresAt = principal?.expiresAt ?? Infinity;
    this.#disarm = atInstant(expiresAt * 1000, this.#subscriber.clock, () => {
      this.#end(new InvalidCredential('token_expired'));
    });
    if (isAnother) this.#subscriber.lasting.established(this);
  }

  #end(failure: AuthError): void {
    this.#subscriber.lasting.end(this, failure);
  }

  #leave(): void {
    this.#stage = 'over';
    this.#disarm();
    this.#subscriber.lasting.delete(this);
  }
}

/** What a handler of a subscription returns: an iterator, or a stream that can be read by one. */
export function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  if (typeof value !== 'object' || value === null) return false;
  return typeof (value as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator] === 'function';
}

/** A generator that waits ends when it goes on; a stream would be filled for as long. */
function destructionOf(source: AsyncIterable<unknown>): Ending {
  return (): unknown => {
    const { destroy } = source as { readonly destroy?: unknown };
    return typeof destroy === 'function' ? (destroy.call(source) as unknown) : undefined;
  };
}
