import { Controller, Get, Injectable, SetMetadata, UseGuards } from '@nestjs/common';
import { ExternalContextCreator } from '@nestjs/core';
import {
  Accepts,
  Authenticated,
  AuthGuard,
  AuthService,
  Authorize,
  CurrentUser,
  OptionalAuth,
  OutsideRequestError,
  Public,
  Roles,
  RolesGuard,
  type AuthEvent,
  type AuthModuleOptions,
} from '../../../lib/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { create, get, moduleOf, start, type RunningApplication } from '../http/application.js';
import { AuthModule } from '../../../lib/index.js';
import { microservices } from '../../../lib/transports/rpc/index.js';
import { webSockets } from '../../../lib/transports/ws/index.js';
import { MinePolicy } from './cases.js';

/** As packages mark the methods that their messages are handled by. */
const Job = (): MethodDecorator => SetMetadata('queue:job', true);

@Injectable()
class Jobs {
  readonly #auth: AuthService;

  constructor(auth: AuthService) {
    this.#auth = auth;
  }

  @Job()
  plain(word: string): object {
    return { word, subject: this.#auth.tryPrincipal()?.subject ?? null };
  }

  @Job()
  asking(): unknown {
    return this.#auth.principal();
  }

  @Job()
  filled(@CurrentUser('subject') subject: string): string {
    return subject;
  }

  @Job()
  @Public()
  open(): object {
    return { subject: this.#auth.tryPrincipal()?.subject ?? null };
  }

  @Job()
  @OptionalAuth()
  optional(): object {
    return { subject: this.#auth.tryPrincipal()?.subject ?? null };
  }
}

/** The guards make the application boot, and refuse whoever comes. */
@UseGuards(AuthGuard, RolesGuard)
@Injectable()
class ClosedJobs {
  @Job()
  @Roles('admin')
  roles(): string {
    return 'done';
  }

  @Job()
  @Authenticated()
  authenticated(): string {
    return 'done';
  }

  @Job()
  @Accepts('service')
  accepts(): string {
    return 'done';
  }

  @Job()
  @Authorize(MinePolicy, { owner: () => 'ann' })
  authorize(): string {
    return 'done';
  }
}

/** As a package calls handlers: Nest's guards, interceptors and filters around them. */
@Injectable()
class Queue {
  readonly #creator: ExternalContextCreator;

  constructor(creator: ExternalContextCreator) {
    this.#creator = creator;
  }

  call(instance: object, name: string, type: string): Promise<unknown> {
    const handler = Reflect.get(instance, name) as () => unknown;
    const filling = { exchangeKeyForValue: () => undefined };
    const rest = ['__routeArguments__', filling, undefined, undefined, undefined, type] as const;
    return this.#creator.create(instance, handler, name, ...rest)('sent') as Promise<unknown>;
  }
}

/** A request during which a message comes, by a connection that it opened. */
@Controller()
class Requests {
  readonly #queue: Queue;
  readonly #jobs: Jobs;
  readonly #auth: AuthService;

  constructor(queue: Queue, jobs: Jobs, auth: AuthService) {
    this.#queue = queue;
    this.#jobs = jobs;
    this.#auth = auth;
  }

  @Get('message')
  async message(): Promise<object> {
    const { subject } = this.#auth.principal();
    const ofMessage = await this.#queue.call(this.#jobs, 'plain', 'rmq');
    return { subject, ofMessage, still: this.#auth.tryPrincipal()?.subject };
  }
}

describe('contexts that AuthModule does not know', () => {
  let issuer: TestIssuer;
  let api: RunningApplication;
  let events: AuthEvent[];

  const run = async (auth: AuthModuleOptions): Promise<void> => {
    events = [];
    const onEvent = (event: AuthEvent): void => void events.push(event);
    api = await start('express', {
      auth: { issuers: [issuer.options()], onEvent, ...auth },
      controllers: [Requests],
      providers: [Queue, Jobs, ClosedJobs, MinePolicy],
    });
  };
  const call = (name: string, type = 'rmq', jobs: typeof Jobs | typeof ClosedJobs = Jobs) =>
    api.app.get(Queue).call(api.app.get(jobs), name, type);
  const denials = (): unknown[] =>
    events.flatMap((event) => (event.type === 'auth.denied' ? [[event.reason, event.detail]] : []));

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
  });

  afterAll(() => issuer.close());

  afterEach(() => api.close());

  it('are refused, and the event says what would declare them', async () => {
    await run({});
    for (const type of ['rmq', 'necord\n\u001b[31m', 'graphql', 'http']) {
      await expect(call('plain', type)).rejects.toThrow('Access is denied');
    }
    expect(denials()).toEqual([
      [
        'unsupported_context',
        "rmq: unauthenticatedContexts: ['rmq'] would have its handlers run without a caller",
      ],
      [
        'unsupported_context',
        "necord\\u{a}\\u{1b}[31m: unauthenticatedContexts: ['necord\\u{a}\\u{1b}[31m'] would have its handlers run without a caller",
      ],
      ['unsupported_context', 'graphql: transports: [graphql()] would serve it'],
      [
        'unsupported_context',
        'http: it holds no request that can be read: declare @Public() what is called so',
      ],
    ]);
    expect(await call('open')).toEqual({ subject: null });
  });

  it('are refused where a transport finds no message, and the event says why that may be', async () => {
    await run({ transports: [microservices(), webSockets()] });
    for (const type of ['rpc', 'ws']) {
      await expect(call('plain', type)).rejects.toThrow('Access is denied');
    }
    expect(denials()).toEqual([
      [
        'unsupported_context',
        'rpc: let the strategy pass its handlers a context of its own for each message, of a class that extends BaseRpcContext',
      ],
      [
        'unsupported_context',
        'ws: let the adapter call the handlers that bindMessageHandlers is given, with the client first, where the message comes: what is put off to elsewhere is told apart by nothing',
      ],
    ]);
  });

  it('unauthenticatedContexts: their handlers run without a caller, and those of no others', async () => {
    await run({ unauthenticatedContexts: ['rmq'], undeclaredRoutes: 'deny' });
    expect(await call('plain')).toEqual({ word: 'sent', subject: null });
    expect(await call('open')).toEqual({ subject: null });
    expect(await call('optional')).toEqual({ subject: null });
    await expect(call('asking')).rejects.toThrow(OutsideRequestError);
    await expect(call('filled')).rejects.toThrow(/^@CurrentUser is used in .* nobody is known/);
    await expect(call('plain', 'necord')).rejects.toThrow('Access is denied');
  });

  it('unauthenticatedContexts: a handler that requires something is refused at the call', async () => {
    await run({ unauthenticatedContexts: ['rmq'] });
    for (const name of ['roles', 'authenticated', 'accepts', 'authorize']) {
      await expect(call(name, 'rmq', ClosedJobs)).rejects.toThrow('Access is denied');
    }
    expect(denials()[0]).toEqual([
      'unsupported_context',
      'rmq: nobody calls there, and ClosedJobs.roles requires somebody: leave that out, and let the broker say who may send',
    ]);
    expect(denials()).toHaveLength(4);
  });

  it('unauthenticatedContexts: nobody is known of whose request opened the connection', async () => {
    await run({ unauthenticatedContexts: ['rmq'] });
    const token = await issuer.token({ sub: 'ann' });
    expect((await get(`${api.url}/message`, token)).body).toEqual({
      subject: 'ann',
      ofMessage: { word: 'sent', subject: null },
      still: 'ann',
    });
  });

  it('unauthenticatedContexts: what nothing would enforce refuses to boot', async () => {
    await run({});
    class Unguarded {
      roles(): void {
        // Only its declaration matters.
      }
    }
    const descriptor = Object.getOwnPropertyDescriptor(Unguarded.prototype, 'roles') ?? {};
    Roles('admin')(Unguarded.prototype, 'roles', descriptor);
    Injectable()(Unguarded);
    const auth = { issuers: [issuer.options()], unauthenticatedContexts: ['rmq'] };
    const root = moduleOf({ imports: [AuthModule.forRoot(auth)], providers: [Unguarded] });
    const app = await create('express', root);
    await expect(app.init()).rejects.toThrow(/Unguarded\.roles requires something that nothing/);
  });
});
