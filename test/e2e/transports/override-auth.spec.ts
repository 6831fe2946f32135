import { createServer, type AddressInfo } from 'node:net';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Controller, Get, type INestApplication } from '@nestjs/common';
import { GraphQLModule, Query, Resolver } from '@nestjs/graphql';
import { ClientProxyFactory, MessagePattern, Transport } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { firstValueFrom } from 'rxjs';
import { AuthModule, AuthService, CurrentUser, Roles } from '../../../lib/index.js';
import { overrideAuth, type TestCaller } from '../../../lib/testing/index.js';
import { graphql } from '../../../lib/transports/graphql/index.js';
import { microservices } from '../../../lib/transports/rpc/index.js';
import { principalOf, webSockets } from '../../../lib/transports/ws/index.js';
import { moduleOf } from '../http/application.js';
import { post } from './graphql-application.js';
import { connect } from './sockets.js';

@Roles('clerk')
@Controller()
class Messages {
  @MessagePattern('who')
  who(@CurrentUser('subject') subject: string): object {
    return { subject };
  }
}

@Roles('clerk')
@Resolver()
class Who {
  @Query(() => String)
  who(@CurrentUser('subject') subject: string): string {
    return subject;
  }
}

@Roles('clerk')
@WebSocketGateway({ namespace: '/chat' })
class Chat {
  connected: string | undefined;

  handleConnection(client: object): void {
    this.connected = principalOf(client)?.subject;
  }

  @SubscribeMessage('who')
  who(@CurrentUser('subject') subject: string): object {
    return { event: 'who', data: { subject } };
  }
}

@Controller()
class Calls {
  readonly #auth: AuthService;

  constructor(auth: AuthService) {
    this.#auth = auth;
  }

  @Get('headers')
  headers(): Promise<object> {
    const address = 'http://127.0.0.1:9/';
    return this.#auth.headers('billing', { as: 'user', address });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const imports = [
  GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, autoSchemaFile: true }),
  AuthModule.forRoot({
    issuers: [{ issuer: 'https://login.test/', audience: 'x' }],
    transports: [graphql(), webSockets(), microservices({ payloadHeaders: 'headers' })],
    services: { billing: { baseUrl: 'http://127.0.0.1:9/' } },
  }),
];

describe('overrideAuth, beside HTTP', () => {
  let app: INestApplication;
  let caller: TestCaller;
  let options: { host: string; port: number };
  let url: string;

  beforeAll(async () => {
    const root = moduleOf({ imports, controllers: [Messages, Calls], providers: [Who, Chat] });
    const builder = Test.createTestingModule({ imports: [root] });
    caller = overrideAuth(builder);
    app = (await builder.compile()).createNestApplication({ logger: false });
    options = { host: '127.0.0.1', port: await freePort() };
    app.connectMicroservice({ transport: Transport.TCP, options });
    await app.startAllMicroservices();
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });

  afterAll(() => app.close());

  /** What a message is answered by. */
  async function send(): Promise<unknown> {
    const client = ClientProxyFactory.create({ transport: Transport.TCP, options });
    try {
      return await firstValueFrom(client.send<unknown>('who', {}));
    } catch (error) {
      return (error as { readonly code: unknown }).code;
    } finally {
      await client.close();
    }
  }

  async function query(): Promise<unknown> {
    const { data, errors } = await post({ url }, { query: '{ who }' });
    return data?.['who'] ?? errors[0]?.extensions.originalError?.code;
  }

  /** What a socket hears, or why it was not let in. */
  async function converse(): Promise<unknown> {
    const client = connect('socket.io', { port: Number(new URL(url).port) }, '/chat');
    client.send('who', {});
    const { data } = await client.next();
    client.close();
    return (data as { readonly code?: unknown }).code ?? data;
  }

  it('is whoever the test says, and the guards stay in place', async () => {
    caller.actAs({ subject: 'ann', roles: ['clerk'] });
    expect([await send(), await query(), await converse()]).toEqual([
      { subject: 'ann' },
      'ann',
      { subject: 'ann' },
    ]);
    expect(app.get(Chat).connected).toBe('ann');
    caller.actAs({ subject: 'bob' });
    expect([await send(), await query(), await converse()]).toEqual(Array(3).fill('forbidden'));
    caller.actAsNobody();
    expect([await send(), await query(), await converse()]).toEqual(
      Array(3).fill('missing_credentials'),
    );
  });

  it('passes on the credential that the test gives the caller, and none without', async () => {
    const ask = async (): Promise<unknown> => {
      const response = await fetch(`${url}/headers`);
      return { status: response.status, ...((await response.json()) as object) };
    };
    caller.actAs({ credential: 'the-token' });
    expect(await ask()).toMatchObject({ status: 200, authorization: 'Bearer the-token' });
    caller.actAs({});
    expect(await ask()).toMatchObject({ status: 401 });
  });
});
