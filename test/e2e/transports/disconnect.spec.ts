import { WebSocketGateway } from '@nestjs/websockets';
import { apiKey, AuthService, type AuthEvent, type CredentialOwner } from '../../../lib/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { graphql } from '../../../lib/transports/graphql/index.js';
import { LastingCalls } from '../../../lib/transports/lasting-calls.js';
import { webSockets } from '../../../lib/transports/ws/index.js';
import type { RunningApplication } from '../http/application.js';
import { Feeds, FeedsResolver, Listener, until } from './feeds.js';
import { connectedModule, dial, SERVERS, type Closed } from './graphql-application.js';
import { connect, startSockets, type Client } from './sockets.js';
import { closeNow, more, ReadAnswer, StreamsApi } from './streams-api.js';

@WebSocketGateway({ namespace: 'news' })
class NewsGateway {
  handleConnection(): void {
    // Whoever is let in stays.
  }
}

/** What one caller has open: a socket, an event stream, a connection of GraphQL and its subscription. */
interface Open {
  readonly socket: Client;
  readonly stream: ReadAnswer;
  readonly connection: Promise<Closed>;
  readonly listener: Listener;
  readonly leave: () => Promise<void>;
}

describe('AuthService.disconnect()', () => {
  let issuer: TestIssuer;
  let api: RunningApplication;
  let auth: AuthService;
  const events: AuthEvent[] = [];

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    api = await startSockets('socket.io', {
      imports: [connectedModule(SERVERS[0])],
      controllers: [StreamsApi],
      providers: [Feeds, FeedsResolver, NewsGateway],
      auth: {
        issuers: [issuer.options()],
        credentials: [apiKey({ resolve: () => null })],
        transports: [graphql({ connections: {} }), webSockets()],
        onEvent: (event) => void events.push(event),
      },
    });
    auth = api.app.get(AuthService);
  });

  beforeEach(() => {
    events.length = 0;
  });

  afterAll(async () => {
    await closeNow(api);
    await issuer.close();
  });

  const kept = (): number => [...api.app.get(LastingCalls)].length;

  async function open(claims: Record<string, unknown>): Promise<Open> {
    const before = kept();
    const token = await issuer.token(claims);
    const authorization = `Bearer ${token}`;
    const socket = connect('socket.io', api, '/news', { headers: { authorization } });
    const stream = await ReadAnswer.begin(`${api.url}/events`, token);
    let onClosed: (event: Closed) => void = () => undefined;
    const connection = new Promise<Closed>((resolve) => {
      onClosed = resolve;
    });
    const client = dial(api, { connectionParams: { authorization }, onClosed });
    const listener = new Listener(client, 'news');
    await until(() => kept() === before + 4);
    const leave = async (): Promise<void> => {
      socket.close();
      await Promise.all([stream.leave(), client.dispose()]);
    };
    return { socket, stream, connection, listener, leave };
  }

  it.each(['subject', 'sessionId', 'tokenId'] as const)(
    'ends all that goes on for a %s, on every transport, and nothing of others',
    async (by) => {
      const [ann, bob] = [
        await open({ sub: 'ann', sid: 's1', jti: 't1' }),
        await open({ sub: 'bob' }),
      ];
      const named: CredentialOwner = { subject: 'ann', sessionId: 's1', tokenId: 't1' };
      expect(auth.disconnect({ [by]: named[by], issuer: 'https://else.example' })).toBe(0);
      expect(auth.disconnect({ [by]: named[by], issuer: issuer.issuer })).toBe(4);
      expect(auth.disconnect({ [by]: named[by] })).toBe(0);
      expect(await ann.socket.next()).toMatchObject({ data: { code: 'invalid_token' } });
      expect(await ann.stream.end()).toBe('ended');
      expect(await ann.connection).toMatchObject({ code: 4401, reason: 'invalid_token' });
      await until(() => events.filter(({ type }) => type === 'connection.ended').length === 4);
      const told = events.flatMap((each) => (each.type === 'connection.ended' ? [each] : []));
      expect(told.map(({ transport, handler }) => `${transport} ${handler}`).sort()).toEqual([
        'graphql FeedsResolver.news',
        'graphql GraphqlConnections.onConnect',
        'http StreamsApi.events',
        'ws NewsGateway.handleConnection',
      ]);
      expect(
        told.every(({ reason, subject }) => `${subject} ${reason}` === 'ann token_revoked'),
      ).toBe(true);
      api.app.get(Feeds).publish('new');
      more.next('two');
      expect(await bob.listener.told(1)).toEqual(['new']);
      await bob.stream.until('two');
      expect(kept()).toBe(4);
      await Promise.all([ann.leave(), bob.leave()]);
      await until(() => kept() === 0);
    },
  );

  it('of nobody in particular is refused', () => {
    for (const owner of [{}, { issuer: issuer.issuer }, { user: 'ann' }, { subject: undefined }]) {
      expect(() => auth.disconnect(owner as CredentialOwner)).toThrow(TypeError);
    }
  });
});
