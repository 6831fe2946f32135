import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import type { INestApplication } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import { Test } from '@nestjs/testing';
import {
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
} from '@nestjs/websockets';
import { apiKey, AuthModule, CurrentUser, Public } from '../../../lib/index.js';
import { overrideAuth, type TestCaller } from '../../../lib/testing/index.js';
import { graphql } from '../../../lib/transports/graphql/index.js';
import { principalOf, webSockets, WebSocketSessions } from '../../../lib/transports/ws/index.js';
import { moduleOf } from '../http/application.js';
import { Feeds, FeedsResolver, Listener, until } from './feeds.js';
import { dial, first } from './graphql-application.js';
import { connect, type Client } from './sockets.js';

/** What a handler knows of who sent it a message: of the message, and of the socket. */
function told(client: object, subject: string): object {
  return { event: 'who', data: [subject, principalOf(client)?.subject] };
}

@WebSocketGateway({ namespace: '/chat' })
class Chat {
  readonly #sessions: WebSocketSessions;

  constructor(sessions: WebSocketSessions) {
    this.#sessions = sessions;
  }

  @SubscribeMessage('who')
  who(@ConnectedSocket() client: object, @CurrentUser('subject') subject: string): object {
    return told(client, subject);
  }

  @SubscribeMessage('renew')
  async renew(@ConnectedSocket() client: object, @MessageBody() token: string): Promise<object> {
    const { expiresAt } = await this.#sessions.reauthenticate(client, token);
    return { event: 'renewed', data: expiresAt };
  }
}

/** To which anybody connects. */
@WebSocketGateway({ namespace: '/lobby' })
class Lobby {
  @Public()
  handleConnection(): void {
    // It only has to be there.
  }

  @SubscribeMessage('who')
  who(@ConnectedSocket() client: object, @CurrentUser('subject') subject: string): object {
    return told(client, subject);
  }
}

const imports = [
  GraphQLModule.forRoot<ApolloDriverConfig>({
    driver: ApolloDriver,
    autoSchemaFile: true,
    subscriptions: { 'graphql-ws': true },
  }),
  AuthModule.forRoot({
    issuers: [{ issuer: 'https://login.test/', audience: 'x' }],
    credentials: [apiKey({ resolve: () => null })],
    transports: [graphql(), webSockets()],
  }),
];

describe('overrideAuth, where another acts meanwhile', () => {
  let app: INestApplication;
  let caller: TestCaller;
  let port: number;
  const clients: Client[] = [];

  beforeAll(async () => {
    const providers = [Chat, Lobby, WebSocketSessions, Feeds, FeedsResolver];
    const builder = Test.createTestingModule({ imports: [moduleOf({ imports, providers })] });
    caller = overrideAuth(builder);
    app = (await builder.compile()).createNestApplication({ logger: false });
    await app.listen(0, '127.0.0.1');
    port = Number(new URL(await app.getUrl()).port);
  });

  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });

  afterAll(() => app.close());

  function open(namespace: string): Client {
    const client = connect('socket.io', { port }, namespace);
    clients.push(client);
    return client;
  }

  async function ask(client: Client, event = 'who', data: unknown = {}): Promise<unknown> {
    client.send(event, data);
    const { data: answer } = await client.next();
    return (answer as { readonly code?: unknown }).code ?? answer;
  }

  it('leaves a socket to whoever acted when it connected', async () => {
    caller.actAs({ subject: 'ann' });
    const ofAnn = open('/chat');
    expect(await ask(ofAnn)).toEqual(['ann', 'ann']);
    caller.actAs({ subject: 'ben' });
    const ofBen = open('/chat');
    expect(await ask(ofBen)).toEqual(['ben', 'ben']);
    expect(await ask(ofAnn)).toEqual(['ann', 'ann']);
    caller.actAsNobody();
    expect(await ask(ofAnn)).toEqual(['ann', 'ann']);
    expect(await ask(ofBen)).toEqual(['ben', 'ben']);
  });

  it('has a new token on a socket stand for whoever acts by then', async () => {
    caller.actAs({ subject: 'ann' });
    const client = open('/chat');
    expect(await ask(client)).toEqual(['ann', 'ann']);
    const expiresAt = Math.floor(Date.now() / 1000) + 600;
    caller.actAs({ subject: 'ann', expiresAt });
    expect(await ask(client, 'renew', 'any')).toBe(expiresAt);
    caller.actAs({ subject: 'ben' });
    expect(await ask(client)).toEqual(['ann', 'ann']);
    // Nobody else takes a socket over.
    expect(await ask(client, 'renew', 'any')).toBe('forbidden');
    expect(await ask(client)).toEqual(['ann', 'ann']);
  });

  it('leaves a socket that anybody may open to whoever acts when it is first asked', async () => {
    caller.actAs({ subject: 'ann' });
    const [one, other] = [open('/lobby'), open('/lobby')];
    expect(await ask(one)).toEqual(['ann', 'ann']);
    caller.actAsNobody();
    expect(await ask(other)).toBe('missing_credentials');
    caller.actAs({ subject: 'ben' });
    expect(await ask(one)).toEqual(['ann', 'ann']);
    expect(await ask(other)).toBe('missing_credentials');
  });

  it('leaves a subscription that runs to whoever acted when it began', async () => {
    const feeds = app.get(Feeds);
    const client = dial({ port }, {});
    try {
      caller.actAs({ subject: 'ann', roles: ['editor'] });
      const drafts = new Listener(client, 'drafts');
      await until(() => feeds.listening === 1);
      feeds.publish('1');
      await drafts.told(1);
      caller.actAs({ subject: 'ben' });
      feeds.publish('2');
      expect(await Promise.race([drafts.told(2), drafts.ended])).toEqual(['1', '2']);
      // What begins now is somebody else's, on the same socket too.
      expect((await first(client, '{ me }')).data).toEqual({ me: 'ben' });
      const refused = new Listener(client, 'drafts');
      await refused.ended;
      const extensions = { originalError: { code: 'forbidden' } };
      expect(refused.values).toMatchObject([[{ extensions }]]);
      caller.actAsNobody();
      feeds.publish('3');
      expect(await Promise.race([drafts.told(3), drafts.ended])).toEqual(['1', '2', '3']);
    } finally {
      await client.dispose();
    }
  });
});
