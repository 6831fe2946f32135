import { Readable } from 'node:stream';
import { Logger } from '@nestjs/common';
import { jest } from '@jest/globals';
import { InvalidCredential, type AuthError } from '../../lib/core/auth-error.js';
import type { Principal } from '../../lib/core/principal.js';
import { isAsyncIterable, Subscription } from '../../lib/guards/subscription.js';
import { LastingCalls } from '../../lib/transports/lasting-calls.js';

const LONG_AGO = 0;

describe('Subscription', () => {
  let failure: AuthError | Promise<AuthError | undefined> | undefined;
  let principal: Principal | undefined;
  let endings: unknown[];
  let refusals: unknown[];
  let lasting: LastingCalls;

  beforeEach(() => {
    failure = undefined;
    principal = principalUntil(Infinity);
    endings = [];
    refusals = [];
    lasting = new LastingCalls((_call, { reason }) => void endings.push(reason));
  });

  function principalUntil(expiresAt: number): Principal {
    return { kind: 'user', subject: 'ann', expiresAt } as unknown as Principal;
  }

  function read(source: AsyncIterable<unknown>): Subscription {
    return new Subscription(source, {
      ...{ clock: Date.now, lasting },
      call: { handler: 'Feeds.news', route: 'Subscription.news', requestId: 'r1' },
      principal: () => principal,
      within: (work) => work(),
      failure: () => failure,
      refuse: (refused) => {
        refusals.push(refused.reason);
        return new Error(refused.reason);
      },
    });
  }

  const kept = (): number => [...lasting].length;

  /** Yields what it is given, and then waits for ever. */
  function source(...values: unknown[]): AsyncIterableIterator<unknown> & { left: number } {
    return {
      left: 0,
      next: () => {
        if (values.length === 0) return new Promise(() => undefined);
        return Promise.resolve({ done: false, value: values.shift() });
      },
      return() {
        this.left += 1;
        return Promise.resolve({ done: true, value: undefined });
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  it('is kept from the first wish for a value until it is over, however that came', async () => {
    async function* one(): AsyncGenerator<number> {
      yield await Promise.resolve(1);
    }
    const [whole, left, thrown] = [read(one()), read(source(1)), read(source(1))];
    expect(kept()).toBe(0);
    expect(await whole.next()).toEqual({ done: false, value: 1 });
    expect(kept()).toBe(1);
    expect(await whole.next()).toEqual({ done: true, value: undefined });
    expect(kept()).toBe(0);
    await left.next();
    expect(await left.return('bye')).toEqual({ done: true, value: undefined });
    await thrown.next();
    await expect(thrown.throw(new Error('of the reader'))).rejects.toThrow('of the reader');
    expect([kept(), endings, refusals]).toEqual([0, [], []]);
  });

  it('hands on what its source throws', async () => {
    const failing = source();
    failing.next = () => Promise.reject(new Error('of the source'));
    const subscription = read(failing);
    await expect(subscription.next()).rejects.toThrow('of the source');
    expect(await subscription.next()).toEqual({ done: true, value: undefined });
    expect([kept(), endings]).toEqual([0, []]);
  });

  it.each([
    ['at once', (refused: AuthError) => refused],
    ['later', (refused: AuthError) => Promise.resolve(refused)],
  ])('withholds the value, throws once and leaves its source: %s', async (_when, of) => {
    const values = source('secret');
    const subscription = read(values);
    failure = of(new InvalidCredential('token_revoked'));
    await expect(subscription.next()).rejects.toThrow('token_revoked');
    expect(await subscription.next()).toEqual({ done: true, value: undefined });
    expect(await subscription.return()).toEqual({ done: true, value: undefined });
    expect([values.left, kept(), endings, refusals]).toEqual([
      ...[1, 0, ['token_revoked']],
      ['token_revoked'],
    ]);
  });

  it('answers all who wait, the first with the reason', async () => {
    const subscription = read(source());
    const waiting = [subscription.next(), subscription.next()];
    lasting.end(subscription, new InvalidCredential('token_revoked'));
    expect(await Promise.allSettled(waiting)).toEqual([
      { status: 'rejected', reason: new Error('token_revoked') },
      { status: 'fulfilled', value: { done: true, value: undefined } },
    ]);
    lasting.end(subscription, new InvalidCredential('token_revoked'));
    expect(endings).toHaveLength(1);
  });

  it('tells the reason to the next who asks, where nobody waits', async () => {
    const subscription = read(source(1));
    await subscription.next();
    lasting.end(subscription, new InvalidCredential('token_expired'));
    await expect(subscription.next()).rejects.toThrow('token_expired');
    expect(await subscription.next()).toEqual({ done: true, value: undefined });
  });

  it('ends with its credential, whether or not that is another by then', async () => {
    principal = principalUntil(Date.now() / 1000 + 3600);
    const subscription = read(source(1));
    await subscription.next();
    const established: unknown[] = [];
    lasting.watch((call) => established.push(call));
    principal = principalUntil(LONG_AGO);
    const next = read(source(1));
    await expect(next.next().then(() => next.next())).rejects.toThrow('token_expired');
    expect(established).toEqual([next]);
    expect(kept()).toBe(1);
    await subscription.return();
  });

  it('keeps no process alive while it waits for its end', async () => {
    const timers = (): number =>
      process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length;
    principal = principalUntil(Date.now() / 1000 + 3600);
    const subscription = read(source(1));
    const before = timers();
    await subscription.next();
    expect(timers()).toBe(before);
    const isSeen = setTimeout(() => undefined, 1000);
    expect(timers()).toBe(before + 1);
    clearTimeout(isSeen);
    await subscription.return();
  });

  it('has a stream destroyed that nobody reads any more', async () => {
    const stream = new Readable({ objectMode: true, read: () => undefined });
    stream.push(1);
    const subscription = read(stream);
    expect(await subscription.next()).toEqual({ done: false, value: 1 });
    const waiting = subscription.next();
    lasting.end(subscription, new InvalidCredential('token_revoked'));
    await expect(waiting).rejects.toThrow('token_revoked');
    expect(stream.destroyed).toBe(true);
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new TypeError('the password of the database');
      },
    ],
    ['rejects', () => Promise.reject(new TypeError('the password of the database'))],
  ])('ends, with all the others, where what ends its source %s', async (_how, end) => {
    const error = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const bad = Object.assign(source(), { destroy: end, return: end as () => Promise<never> });
    const subscriptions = [read(bad), read(source())];
    const waiting = subscriptions.map((each) => each.next());
    for (const each of lasting) lasting.end(each, new InvalidCredential('token_revoked'));
    const ended = { status: 'rejected', reason: new Error('token_revoked') };
    expect(await Promise.allSettled(waiting)).toEqual([ended, ended]);
    // What nobody handles is told of after what was waited for.
    await new Promise((resolve) => setImmediate(resolve));
    const logged = 'What Feeds.news is read from could not be ended: TypeError';
    expect(error.mock.calls).toEqual([[logged], [logged]]);
    expect([kept(), endings]).toEqual([0, ['token_revoked', 'token_revoked']]);
    error.mockRestore();
  });

  it('is made of what can be read only', () => {
    expect([source(), new Readable()].map(isAsyncIterable)).toEqual([true, true]);
    expect(['text', [1], null, {}].map(isAsyncIterable)).toEqual([false, false, false, false]);
  });
});
