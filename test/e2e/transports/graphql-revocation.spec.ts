import { Logger } from '@nestjs/common';
import { jest } from '@jest/globals';
import { Query, Resolver, Subscription } from '@nestjs/graphql';
import {
  apiKey,
  AuthService,
  MemoryKeyValueStore,
  Public,
  RevocationList,
  type AuthEvent,
} from '../../../lib/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { LastingCalls } from '../../../lib/transports/lasting-calls.js';
import { Feeds, FeedsResolver, Listener, until } from './feeds.js';
import { dial, first, SERVERS, startGraphql } from './graphql-application.js';

const TEXT = (): StringConstructor => String;

/** Cursors of a database that is away by the time when they are closed. */
@Resolver()
class CursorsResolver {
  @Public()
  @Query(TEXT)
  hello(): string {
    return 'hello';
  }

  @Subscription(TEXT, { nullable: true })
  throwing(): AsyncIterable<object> {
    return cursorThat(() => {
      throw new TypeError('the password of the database');
    });
  }

  @Subscription(TEXT, { nullable: true })
  rejecting(): AsyncIterable<object> {
    return cursorThat(() => Promise.reject(new TypeError('the password of the database')));
  }
}

function cursorThat(destroy: () => unknown): AsyncIterable<object> {
  const next = (): Promise<never> => new Promise(() => undefined);
  return Object.assign({ [Symbol.asyncIterator]: () => ({ next }) }, { destroy });
}

describe.each(SERVERS)('subscriptions of %s, where anybody may connect', (server) => {
  it('end on revocation here, and by disconnect', async () => {
    const issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    const revocation = new RevocationList({
      store: new MemoryKeyValueStore(),
      clock: issuer.clock,
    });
    const events: AuthEvent[] = [];
    const api = await startGraphql(server, {
      providers: [Feeds, FeedsResolver],
      auth: {
        issuers: [issuer.options()],
        credentials: [apiKey({ resolve: () => null })],
        revocation,
        clock: issuer.clock,
        onEvent: (event) => void events.push(event),
      },
    });
    const connect = async (claims: Record<string, unknown>): Promise<ReturnType<typeof dial>> => {
      const connectionParams = { Authorization: `Bearer ${await issuer.token(claims)}` };
      return dial(api, { connectionParams });
    };
    const cyd = await connect({ sub: 'cyd', sid: 'quiet' });
    const [one, two] = [new Listener(cyd, 'news'), new Listener(cyd, 'generated')];
    await until(() => api.app.get(Feeds).listening === 2);
    await revocation.revokeSession({ issuer: issuer.issuer, sessionId: 'quiet' });
    expect(await Promise.all([one.ended, two.ended])).toEqual(['invalid_token', 'invalid_token']);
    expect(events.filter(({ type }) => type === 'connection.ended')).toMatchObject([
      { handler: 'FeedsResolver.news', route: 'Subscription.news', reason: 'token_revoked' },
      { handler: 'FeedsResolver.generated', subject: 'cyd', reason: 'token_revoked' },
    ]);
    const dan = await connect({ sub: 'dan' });
    const three = new Listener(dan, 'news');
    // The generator is left when it goes on.
    await until(() => api.app.get(Feeds).listening === 2);
    expect(api.app.get(AuthService).disconnect({ subject: 'dan' })).toBe(1);
    expect(await three.ended).toBe('invalid_token');
    // The socket is as it was.
    expect((await first(dan, '{ hello }')).data).toEqual({ hello: 'hello' });
    await Promise.all([cyd.dispose(), dan.dispose()]);
    await api.close();
    await issuer.close();
  });

  it('end, all of them, though what they are read from cannot be closed', async () => {
    const error = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    const revocation = new RevocationList({ store: new MemoryKeyValueStore() });
    const auth = { issuers: [issuer.options()], revocation };
    const api = await startGraphql(server, { providers: [CursorsResolver], auth });
    const token = await issuer.token({ sub: 'ann', sid: 'cursors' });
    const connectionParams = { Authorization: `Bearer ${token}` };
    const ann = dial(api, { connectionParams });
    const listeners: Listener[] = [];
    for (const field of ['throwing', 'rejecting', 'throwing']) {
      listeners.push(new Listener(ann, field));
      await until(() => [...api.app.get(LastingCalls)].length === listeners.length);
    }
    await revocation.revokeSession({ issuer: issuer.issuer, sessionId: 'cursors' });
    const ended = await Promise.all(listeners.map((each) => each.ended));
    expect(ended).toEqual(['invalid_token', 'invalid_token', 'invalid_token']);
    const told = error.mock.calls.map(([text]) => String(text));
    const cursors = told.filter((text) => text.startsWith('What CursorsResolver.'));
    expect(cursors).toHaveLength(3);
    expect(told.join()).not.toContain('password');
    error.mockRestore();
    await ann.dispose();
    await api.close();
    await issuer.close();
  });
});
