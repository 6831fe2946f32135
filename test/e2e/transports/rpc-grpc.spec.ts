import { Controller, Get } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { GrpcMethod, GrpcStreamCall, GrpcStreamMethod } from '@nestjs/microservices';
import { Metadata, type ServerDuplexStream } from '@grpc/grpc-js';
import { delay, firstValueFrom, map, of, toArray, type Observable } from 'rxjs';
import {
  anyOf,
  arg,
  Authorize,
  AuthModule,
  AuthReport,
  AuthService,
  CurrentUser,
  policy,
  Public,
  Roles,
  type AuthModuleOptions,
  type Rule,
} from '../../../lib/index.js';
import { microservices, withHeaders } from '../../../lib/transports/rpc/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { moduleOf } from '../http/application.js';
import { MinePolicy } from './cases.js';
import { startGrpc, type ReachedByGrpc } from './rpc/carriers.js';

interface Question {
  readonly owner: string;
}

interface Answer {
  readonly subject: string;
}

/** Those that were called. */
const called: string[] = [];

@Controller()
class Calls {
  readonly #auth: AuthService;

  constructor(auth: AuthService) {
    this.#auth = auth;
  }

  @GrpcMethod('Cases', 'Closed')
  closed(_question: Question, _metadata: Metadata, call: object): Answer {
    const { 'Client-IP': address = '' } = this.#auth.contextHeaders();
    const { user } = call as { readonly user?: { readonly subject: string } };
    return { subject: [this.#auth.requestId(), address, user?.subject].join(' ') };
  }

  @GrpcMethod('Streams', 'Down')
  down(_question: Question, @CurrentUser('subject') subject: string): Observable<Answer> {
    called.push('down');
    return of(1, 2).pipe(
      map((each) => ({ subject: `${subject} ${this.#subject()} ${String(each)}` })),
    );
  }

  @GrpcStreamMethod('Streams', 'Up')
  @Roles('admin')
  up(questions: Observable<Question>): Observable<Answer> {
    called.push('up');
    return questions.pipe(
      toArray(),
      map((all) => ({ subject: `${this.#subject()} ${String(all.length)}` })),
    );
  }

  @Roles('admin')
  @GrpcStreamMethod('Streams', 'Both')
  both(questions: Observable<Question>): Observable<Answer> {
    called.push('both');
    return questions.pipe(map(({ owner }) => ({ subject: `${this.#subject()} ${owner}` })));
  }

  @Public()
  @GrpcStreamCall('Streams', 'Raw')
  raw(call: ServerDuplexStream<Question, Answer>): void {
    call.on('data', ({ owner }: Question) => call.write({ subject: `raw ${owner}` }));
    call.on('end', () => {
      call.end();
    });
  }

  #subject(): string {
    return this.#auth.principal().subject;
  }
}

type Method = (question: unknown, metadata: Metadata) => Observable<Answer>;

describe('gRPC', () => {
  let issuer: TestIssuer;
  let running: ReachedByGrpc;
  let streams: Record<'down' | 'up' | 'both' | 'raw', Method>;
  let cases: Record<'closed', Method>;
  const metadataOf = (authorization: string, more = {}): Metadata =>
    withHeaders(new Metadata(), { authorization, ...more });
  const bearer = async (sub: string, ...roles: string[]): Promise<string> =>
    `Bearer ${await issuer.token({ sub, roles })}`;
  const two = (): Observable<Question> => of({ owner: 'a' }, { owner: 'b' }).pipe(delay(20));
  const all = async (answers: Observable<Answer>): Promise<unknown> => {
    try {
      return (await firstValueFrom(answers.pipe(toArray()))).map(({ subject }) => subject);
    } catch (error) {
      const { code, details, metadata } = error as {
        code: number;
        details: string;
        metadata: Metadata;
      };
      return [code, details, ...metadata.get('error-code')];
    }
  };
  const options = (): AuthModuleOptions => ({
    issuers: [issuer.options({ claims: { roles: 'roles' } })],
    transports: [microservices()],
  });

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    const imports = [AuthModule.forRoot(options())];
    running = await startGrpc(moduleOf({ imports, controllers: [Calls] }));
    streams = running.client.getService('Streams');
    cases = running.client.getService('Cases');
  });

  beforeEach(() => {
    called.length = 0;
  });

  afterAll(async () => {
    await running.close();
    await issuer.close();
  });

  it.each([
    ['down', ['ann ann 1', 'ann ann 2']],
    ['up', ['ann 2']],
    ['both', ['ann a', 'ann b']],
  ] as const)(
    'a stream (%s) is handled with its caller at hand, each message of it',
    async (name, expected) => {
      const question = name === 'down' ? {} : two();
      const metadata = metadataOf(await bearer('ann', 'admin'));
      expect(await all(streams[name](question, metadata))).toEqual(expected);
    },
  );

  it('a stream is refused before its handler is called', async () => {
    const nobody = [16, 'Authentication is required', 'missing_credentials'];
    expect(await all(streams.down({}, new Metadata()))).toEqual(nobody);
    expect(await all(streams.up(two(), new Metadata()))).toEqual(nobody);
    expect(await all(streams.both(two(), new Metadata()))).toEqual(nobody);
    // Whether @Roles stands above or below the decorator that wraps the method.
    const denied = [7, 'Access is denied', 'forbidden'];
    const metadata = metadataOf(await bearer('ann', 'user'));
    expect(await all(streams.up(two(), metadata))).toEqual(denied);
    expect(await all(streams.both(two(), metadata))).toEqual(denied);
    expect(called).toEqual([]);
  });

  it('a stream that its client ended before is refused as well, and nothing else ends', async () => {
    const nobody = [16, 'Authentication is required', 'missing_credentials'];
    for (const name of ['up', 'both'] as const) {
      expect(await all(streams[name](of({ owner: 'a' }), new Metadata()))).toEqual(nobody);
      // It takes a while to verify a token that is new.
      const denied = metadataOf(await bearer(`ann-${name}`, 'user'));
      expect(await all(streams[name](of({ owner: 'a' }), denied))).toContain('forbidden');
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await all(cases.closed({}, metadataOf(await bearer('ann'))))).toHaveLength(1);
  });

  it('what no refusal reaches does not boot, unless it is public', async () => {
    expect(await all(streams.raw(two(), metadataOf('Bearer x')))).toEqual(['raw a', 'raw b']);
    @Controller()
    class Raw {
      @GrpcStreamCall('Streams', 'Raw')
      raw(): void {
        throw new Error('It is never called');
      }
    }
    const root = moduleOf({ imports: [AuthModule.forRoot(options())], controllers: [Raw] });
    await expect(
      NestFactory.createApplicationContext(root, { logger: false, abortOnError: false }).then(
        (app) => app.init(),
      ),
    ).rejects.toThrow(/Raw\.raw.*@GrpcStreamCall.*@GrpcStreamMethod/s);
  });

  it('tells the request id, the address and the caller', async () => {
    const metadata = metadataOf(await bearer('ann'), { 'x-request-id': 'order-4711' });
    expect(await all(cases.closed({}, metadata))).toEqual(['order-4711 127.0.0.1 ann']);
  });

  it('two credentials in one header are two', async () => {
    const twice = `${await bearer('ann')}, ${await bearer('root', 'admin')}`;
    const [code, , reason] = (await all(cases.closed({}, metadataOf(twice)))) as unknown[];
    expect([code, reason]).toEqual([3, 'invalid_request']);
  });

  it('a stream is no argument', async () => {
    const mine = (path: string): Rule => policy(MinePolicy, { owner: arg(path) });

    @Controller()
    class Owned {
      // It boots as what is called by HTTP, too.
      @Get()
      @Authorize(anyOf(mine('payload.source'), mine('query.owner')))
      @GrpcStreamMethod('Streams', 'Both')
      both(questions: Observable<Question>): Observable<Answer> {
        return questions.pipe(map(({ owner }) => ({ subject: owner })));
      }
    }
    const imports = [AuthModule.forRoot(options())];
    const root = moduleOf({ imports, controllers: [Owned], providers: [MinePolicy] });
    const { client, close } = await startGrpc(root);
    const { both } = client.getService<Record<'both', Method>>('Streams');
    const metadata = metadataOf(await bearer('ann'));
    expect(await all(both(two(), metadata))).toEqual([7, 'Access is denied', 'forbidden']);
    await close();
  });

  it('are in the report', () => {
    const routes = running.app.get(AuthReport).routes();
    const found = routes.map(({ transport, path, policy, warnings }) => [
      ...[transport, path, policy],
      ...warnings.map(({ code }) => code),
    ]);
    expect(found).toEqual(
      expect.arrayContaining([
        ['rpc', 'Cases/Closed', 'any authenticated caller', 'undeclared'],
        ['rpc', 'Streams/Up', 'role admin'],
        ['rpc', 'Streams/Both', 'role admin'],
        ['rpc', 'Streams/Raw', 'public'],
      ]),
    );
  });
});
