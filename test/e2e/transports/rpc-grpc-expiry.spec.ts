import { Controller } from '@nestjs/common';
import { GrpcMethod, GrpcStreamMethod } from '@nestjs/microservices';
import { Metadata } from '@grpc/grpc-js';
import { map, Subject, toArray, type Observable } from 'rxjs';
import { AuthModule, AuthService, CurrentUser } from '../../../lib/index.js';
import { microservices, withHeaders } from '../../../lib/transports/rpc/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { moduleOf } from '../http/application.js';
import { eventually } from '../keys/guarded-api.js';
import { startGrpc, type ReachedByGrpc } from './rpc/carriers.js';

interface Question {
  readonly owner: string;
}

interface Answer {
  readonly subject: string;
}

let changes: Subject<string>;

/** The messages of clients that came to a handler. */
const received: string[] = [];

@Controller()
class Streams {
  readonly #auth: AuthService;

  constructor(auth: AuthService) {
    this.#auth = auth;
  }

  @GrpcMethod('Streams', 'Down')
  down(_question: Question, @CurrentUser('subject') subject: string): Observable<Answer> {
    // Who pushes is at hand where something is pushed, not who listens: the parameter tells that.
    return changes.pipe(
      map((change) => ({ subject: [subject, this.#pusher(), change].join(' ') })),
    );
  }

  @GrpcStreamMethod('Streams', 'Up')
  up(questions: Observable<Question>): Observable<Answer> {
    return questions.pipe(
      map(({ owner }) => this.#note(owner)),
      toArray(),
      map((all) => this.#told('up', all.join())),
    );
  }

  @GrpcStreamMethod('Streams', 'Both')
  both(questions: Observable<Question>): Observable<Answer> {
    return questions.pipe(map(({ owner }) => this.#told('both', this.#note(owner))));
  }

  #pusher(): string {
    return this.#auth.tryPrincipal()?.subject ?? 'nobody';
  }

  #note(owner: string): string {
    received.push(owner);
    return owner;
  }

  #told(by: string, what: string): Answer {
    return { subject: [by, this.#auth.principal().subject, what].join(' ') };
  }
}

type Method = (question: unknown, metadata: Metadata) => Observable<Answer>;

/** What a client is given, until now. */
interface Heard {
  readonly answers: string[];
  readonly ends: unknown[];
}

function listen(stream: Observable<Answer>): Heard {
  const heard: Heard = { answers: [], ends: [] };
  stream.subscribe({
    next: ({ subject }) => heard.answers.push(subject),
    error: (error: { metadata: Metadata }) => heard.ends.push(...error.metadata.get('error-code')),
    complete: () => heard.ends.push('complete'),
  });
  return heard;
}

describe('a stream of gRPC whose credential expires', () => {
  let issuer: TestIssuer;
  let running: ReachedByGrpc;
  let streams: Record<'down' | 'up' | 'both', Method>;
  let ahead = 0;
  let metadata: Metadata;

  /** Nothing is accepted any more with the token that was good a moment ago. */
  const expire = async (): Promise<void> => {
    ahead = 3_600_000;
    const late = listen(streams.both(new Subject(), metadata));
    await eventually(() => late.ends.length > 0);
    expect(late.ends).toEqual(['token_expired']);
  };

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    const auth = AuthModule.forRoot({
      issuers: [issuer.options()],
      transports: [microservices()],
      clock: () => Date.now() + ahead,
    });
    running = await startGrpc(moduleOf({ imports: [auth], controllers: [Streams] }));
    streams = running.client.getService('Streams');
  });

  beforeEach(async () => {
    ahead = 0;
    changes = new Subject();
    received.length = 0;
    const exp = Math.floor(Date.now() / 1000) + 600;
    const authorization = `Bearer ${await issuer.token({ sub: 'ann', exp })}`;
    metadata = withHeaders(new Metadata(), { authorization });
  });

  afterAll(async () => {
    await running.close();
    await issuer.close();
  });

  it('goes on, of a server', async () => {
    const heard = listen(streams.down({}, metadata));
    await eventually(() => changes.observed);
    changes.next('before');
    await eventually(() => heard.answers.length === 1);
    await expire();
    changes.next('after');
    changes.complete();
    await eventually(() => heard.ends.length > 0);
    expect(heard).toEqual({
      answers: ['ann nobody before', 'ann nobody after'],
      ends: ['complete'],
    });
  });

  it('goes on, of a client', async () => {
    const questions = new Subject<Question>();
    const heard = listen(streams.up(questions, metadata));
    questions.next({ owner: 'before' });
    await eventually(() => received.length === 1);
    await expire();
    questions.next({ owner: 'after' });
    questions.complete();
    await eventually(() => heard.ends.length > 0);
    expect(heard).toEqual({ answers: ['up ann before,after'], ends: ['complete'] });
  });

  it('goes on, of both', async () => {
    const questions = new Subject<Question>();
    const heard = listen(streams.both(questions, metadata));
    questions.next({ owner: 'before' });
    await eventually(() => heard.answers.length === 1);
    await expire();
    questions.next({ owner: 'after' });
    questions.complete();
    await eventually(() => heard.ends.length > 0);
    expect(heard).toEqual({
      answers: ['both ann before', 'both ann after'],
      ends: ['complete'],
    });
  });
});
