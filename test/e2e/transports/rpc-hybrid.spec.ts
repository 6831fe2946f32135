import {
  Controller,
  Injectable,
  Scope,
  UseGuards,
  type DynamicModule,
  type Type,
} from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import {
  apiKey,
  AuthGuard,
  AuthModule,
  Authorize,
  AuthService,
  CurrentUser,
  Roles,
  RolesGuard,
  type AuthModuleOptions,
  type Policy,
  type PolicyRequest,
} from '../../../lib/index.js';
import { microservices } from '../../../lib/transports/rpc/index.js';
import { moduleOf } from '../http/application.js';
import { named, startAlone, startHybrid, TCP, type Reached } from './rpc/carriers.js';

/** How often a policy was asked. */
let judged = 0;

@Injectable()
class Judge implements Policy {
  allows({ principal }: PolicyRequest): boolean {
    judged += 1;
    return principal.subject === 'ann';
  }
}

@Controller()
class Plain {
  readonly #auth: AuthService;

  constructor(auth: AuthService) {
    this.#auth = auth;
  }

  @MessagePattern(named('plain'))
  plain(@CurrentUser('subject') subject: string): object {
    return { subject, principal: this.#auth.principal().subject };
  }

  @UseGuards(AuthGuard)
  @MessagePattern(named('twice'))
  twice(@CurrentUser('subject') subject: string): object {
    return { subject, principal: this.#auth.principal().subject };
  }

  @Roles('admin')
  @MessagePattern(named('admins'))
  admins(): object {
    return {};
  }

  @Authorize(Judge)
  @MessagePattern(named('judged'))
  judged(): object {
    return {};
  }
}

@Controller({ scope: Scope.REQUEST })
class Scoped {
  readonly #auth: AuthService;

  constructor(auth: AuthService) {
    this.#auth = auth;
  }

  @MessagePattern(named('scoped'))
  scoped(@CurrentUser('subject') subject: string): object {
    return { subject, principal: this.#auth.principal().subject };
  }
}

@UseGuards(AuthGuard, RolesGuard)
@Controller()
class Guarded {
  @Roles('admin')
  @MessagePattern(named('guarded'))
  guarded(@CurrentUser('subject') subject: string): object {
    return { subject };
  }
}

@Controller()
class Open {
  @MessagePattern(named('unguarded'))
  unguarded(): object {
    return { isReached: true };
  }
}

const PATH = 'headers';

/** What was looked up. */
const asked: string[] = [];

/** A key says who has it, in an application that knows it. */
function keysOf(application: string, more: Partial<AuthModuleOptions> = {}): DynamicModule {
  const resolve = (key: string): object | null => {
    asked.push(key);
    const [place, subject, ...roles] = key.split('/');
    return place === application ? { subject, roles } : null;
  };
  return AuthModule.forRoot({
    credentials: [apiKey({ resolve })],
    transports: [microservices({ payloadHeaders: PATH })],
    ...more,
  });
}

const CONTROLLERS: readonly Type[] = [Plain, Scoped];
const WAYS: readonly (readonly [string, (root: Type) => Promise<Reached>])[] = [
  ['a hybrid application', (root) => startHybrid(TCP, root)],
  [
    'a hybrid application with inheritAppConfig',
    (root) => startHybrid(TCP, root, { inheritAppConfig: true }),
  ],
  ['a microservice', (root) => startAlone(TCP, root)],
];

const ask = async ({ send }: Reached, name: string, key?: string): Promise<unknown> => {
  try {
    return await send(name, key === undefined ? {} : { [PATH]: { 'x-api-key': key } });
  } catch (error) {
    return (error as { readonly code: unknown }).code;
  }
};

beforeEach(() => {
  asked.length = 0;
});

describe.each(WAYS)('%s', (_, begin) => {
  let running: Reached;

  beforeAll(async () => {
    running = await begin(
      moduleOf({ imports: [keysOf('one')], controllers: [...CONTROLLERS], providers: [Judge] }),
    );
  });

  afterAll(() => running.close());

  it.each(['plain', 'twice', 'scoped'])('guards %s, and looks up once', async (name) => {
    expect(await ask(running, name)).toBe('missing_credentials');
    expect(await ask(running, name, 'two/ann')).toBe('invalid_api_key');
    asked.length = 0;
    const key = `one/${name}`;
    expect(await ask(running, name, key)).toEqual({ subject: name, principal: name });
    expect(asked).toEqual([key]);
  });

  it('asks a policy once for each message', async () => {
    judged = 0;
    expect(await ask(running, 'judged', 'one/ann')).toEqual({});
    expect(judged).toBe(1);
    expect(await ask(running, 'judged', 'one/bob')).toBe('forbidden');
    expect(judged).toBe(2);
  });

  it('decides', async () => {
    expect(await ask(running, 'admins', 'one/ann')).toBe('forbidden');
    expect(await ask(running, 'admins', 'one/root/admin')).toEqual({});
  });
});

it('two applications of one process are guarded each by its own', async () => {
  const begin = (name: string): Promise<Reached> =>
    startHybrid(
      TCP,
      moduleOf({ imports: [keysOf(name)], controllers: [...CONTROLLERS], providers: [Judge] }),
    );
  const [one, two] = await Promise.all([begin('one'), begin('two')]);
  const told = { subject: 'ann', principal: 'ann' };
  for (const name of ['plain', 'scoped']) {
    expect(await ask(one, name, 'one/ann')).toEqual(told);
    expect(await ask(one, name, 'two/ann')).toBe('invalid_api_key');
    expect(await ask(two, name, 'two/ann')).toEqual(told);
    expect(await ask(two, name, 'one/ann')).toBe('invalid_api_key');
  }
  await Promise.all([one.close(), two.close()]);
});

it('with `global: false` a class is guarded where it says so', async () => {
  const imports = [keysOf('one', { global: false })];
  const running = await startHybrid(TCP, moduleOf({ imports, controllers: [Guarded, Open] }));
  expect(await ask(running, 'guarded')).toBe('missing_credentials');
  expect(await ask(running, 'guarded', 'one/ann')).toBe('forbidden');
  expect(await ask(running, 'guarded', 'one/root/admin')).toEqual({ subject: 'root' });
  expect(await ask(running, 'unguarded')).toEqual({ isReached: true });
  await running.close();
});

it('an application without AuthModule is none of its business', async () => {
  const guarded = await startHybrid(
    TCP,
    moduleOf({ imports: [keysOf('one')], controllers: [Open] }),
  );
  const other = await startHybrid(TCP, moduleOf({ controllers: [Open] }));
  expect(await ask(guarded, 'unguarded')).toBe('missing_credentials');
  expect(await ask(other, 'unguarded')).toEqual({ isReached: true });
  await Promise.all([guarded.close(), other.close()]);
});
