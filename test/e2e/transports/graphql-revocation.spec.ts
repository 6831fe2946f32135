import {
  apiKey,
  AuthService,
  MemoryKeyValueStore,
  RevocationList,
  type AuthEvent,
} from '../../../lib/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { Feeds, FeedsResolver, Listener, until } from './feeds.js';
import { dial, first, SERVERS, startGraphql } from './graphql-application.js';

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
});
