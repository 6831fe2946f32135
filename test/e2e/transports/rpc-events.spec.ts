import { Controller, Injectable, type Type } from '@nestjs/common';
import { EventPattern, MessagePattern } from '@nestjs/microservices';
import {
  apiKey,
  AuthModule,
  AuthService,
  Authorize,
  CurrentUser,
  Public,
  Resource,
  Roles,
  type AuthEvent,
  type Policy,
  type PolicyRequest,
} from '../../../lib/index.js';
import { microservices } from '../../../lib/transports/rpc/index.js';
import { moduleOf } from '../http/application.js';
import { eventually } from '../keys/guarded-api.js';
import { named, startAlone, startHybrid, TCP } from './rpc/carriers.js';

const HAPPENED = named('several');
const seen: string[] = [];
const ids: (string | undefined)[] = [];
const denied: AuthEvent[] = [];
let lookedUp = 0;

/** Handles an event, and says who sent it. */
@Injectable()
class Handling {
  protected readonly auth: AuthService;

  constructor(auth: AuthService) {
    this.auth = auth;
  }

  protected handled(name: string, given: unknown): void {
    ids.push(this.auth.requestId());
    seen.push(`${name} ${String(given)} ${String(this.auth.tryPrincipal()?.subject)}`);
  }
}

@Controller()
class Admins extends Handling {
  @Roles('admin')
  @EventPattern(HAPPENED)
  happened(@CurrentUser('subject') subject: unknown): void {
    this.handled('admins', subject);
  }
}

@Controller()
class Everybody extends Handling {
  @EventPattern(HAPPENED)
  happened(@CurrentUser('subject') subject: unknown): void {
    this.handled('everybody', subject);
  }
}

@Controller()
class Open extends Handling {
  @Public()
  @EventPattern(HAPPENED)
  happened(@CurrentUser('subject') subject: unknown): void {
    this.handled('open', subject);
  }
}

@Injectable()
class ProvidesOne implements Policy {
  allows({ provide }: PolicyRequest): boolean {
    provide('one');
    return true;
  }
}

@Injectable()
class ProvidesOther implements Policy {
  async allows({ provide }: PolicyRequest): Promise<boolean> {
    await Promise.resolve();
    provide('other');
    return true;
  }
}

@Controller()
class One extends Handling {
  @Authorize(ProvidesOne)
  @EventPattern(HAPPENED)
  happened(@Resource() resource: unknown): void {
    this.handled('one', resource);
  }
}

@Controller()
class Other extends Handling {
  @Authorize(ProvidesOther)
  @EventPattern(HAPPENED)
  happened(@Resource() resource: unknown): void {
    this.handled('other', resource);
  }
}

/** What happens when everything that is to come has come. */
interface Expected {
  readonly handled: readonly string[];
  readonly refused: number;
}

interface Way {
  readonly begin: typeof startAlone;
  /** Whether keys are looked up elsewhere, and not at once. */
  readonly isSlow: boolean;
}

async function resolve(isSlow: boolean, key: string): Promise<object | null> {
  lookedUp += 1;
  if (isSlow) await new Promise((done) => setTimeout(done, 5));
  const [subject = '', ...roles] = key.split('/');
  return subject === 'nobody' ? null : { subject, roles };
}

async function emit(
  { begin, isSlow }: Way,
  controllers: Type[],
  { key, expected }: { readonly key?: string; readonly expected: Expected },
): Promise<void> {
  [seen.length, ids.length, denied.length, lookedUp] = [0, 0, 0, 0];
  const auth = AuthModule.forRoot({
    credentials: [apiKey({ resolve: (given: string) => resolve(isSlow, given) as never })],
    transports: [microservices({ payloadHeaders: 'headers' })],
    onEvent: (event) => {
      if (event.type === 'auth.denied') denied.push(event);
    },
  });
  const providers = [ProvidesOne, ProvidesOther];
  const running = await begin(TCP, moduleOf({ imports: [auth], controllers, providers }));
  running.client.emit(HAPPENED, key === undefined ? {} : { headers: { 'x-api-key': key } });
  const { handled, refused } = expected;
  try {
    await eventually(() => seen.length >= handled.length && denied.length >= refused);
  } finally {
    await running.close();
  }
  expect([...seen].sort()).toEqual(handled);
  expect(denied).toHaveLength(refused);
}

const WAYS: readonly [string, Way][] = [
  ['alone', { begin: startAlone, isSlow: false }],
  ['alone, of callers who are looked up elsewhere', { begin: startAlone, isSlow: true }],
  ['hybrid', { begin: startHybrid, isSlow: false }],
  ['hybrid, of callers who are looked up elsewhere', { begin: startHybrid, isSlow: true }],
];

/** In either order, for Nest calls them one after the other. */
async function emitBothWays(
  way: Way,
  controllers: Type[],
  sent: { readonly key?: string; readonly expected: Expected },
): Promise<void> {
  await emit(way, controllers, sent);
  await emit(way, [...controllers].reverse(), sent);
}

describe.each(WAYS)('several handlers of one event: %s', (_, way) => {
  it('what one of them refuses is handled by the other', async () => {
    const expected = { handled: ['everybody ann ann'], refused: 1 };
    await emitBothWays(way, [Admins, Everybody], { key: 'ann', expected });
    expect(lookedUp).toBe(1);
  });

  it('nobody is refused by one, and reaches the public one', async () => {
    const expected = { handled: ['open undefined undefined'], refused: 1 };
    await emitBothWays(way, [Everybody, Open], { expected });
    await emitBothWays(way, [Everybody, Open], { key: 'nobody', expected });
  });

  it('a public one beside it does not make the caller unknown, nor known to it', async () => {
    const handled = ['everybody ann ann', 'open undefined undefined'];
    await emitBothWays(way, [Everybody, Open], { key: 'ann', expected: { handled, refused: 0 } });
  });

  it('each has the resource that its own rule provided, and all have one id', async () => {
    const handled = ['one one ann', 'other other ann'];
    await emitBothWays(way, [One, Other], { key: 'ann', expected: { handled, refused: 0 } });
    expect(new Set(ids).size).toBe(1);
  });
});

/** A decorator that puts something else in the place of a class. */
const proxied: ClassDecorator = (target) => new Proxy(target, {});

@Controller()
@proxied
class Proxied {
  @MessagePattern(named('proxied'))
  who(@CurrentUser('subject') subject: unknown): object {
    return { subject };
  }
}

it.each(WAYS)('a proxy in the place of a class is guarded: %s', async (_, { begin, isSlow }) => {
  const auth = AuthModule.forRoot({
    credentials: [apiKey({ resolve: (given: string) => resolve(isSlow, given) as never })],
    transports: [microservices({ payloadHeaders: 'headers' })],
  });
  const running = await begin(TCP, moduleOf({ imports: [auth], controllers: [Proxied] }));
  const known = await running.send('proxied', { headers: { 'x-api-key': 'ann' } });
  const refusal: unknown = await running.send('proxied', {}).catch((error: unknown) => error);
  await running.close();
  expect(known).toEqual({ subject: 'ann' });
  expect(refusal).toMatchObject({ code: 'missing_credentials' });
});
