import { Controller, Get, Injectable, Module } from '@nestjs/common';
import {
  Authorize,
  Claims,
  CurrentPrincipal,
  CurrentUser,
  OptionalAuth,
  Permissions,
  Roles,
  UserCache,
  userOf,
  type AuthenticatedPrincipal,
  type AuthEvent,
  type Policy,
  type PolicyRequest,
  type Principal,
  type PrincipalOptions,
  type UserAuthorities,
  type UserLoader,
} from '../../../../lib/index.js';
import { TestIssuer } from '../../../../lib/testing/index.js';
import { ADAPTERS, get, start, type RunningApplication } from '../application.js';

class User {
  constructor(
    readonly id: string,
    readonly mail: string,
    readonly isActive = true,
    readonly roles: readonly string[] = [],
  ) {}
}

@Injectable()
class Users implements UserLoader<User> {
  readonly rows = new Map<string, User>();
  loads = 0;

  load(principal: AuthenticatedPrincipal): User | AuthenticatedPrincipal | undefined {
    this.loads += 1;
    if (principal.kind === 'service') return principal;
    const user = this.rows.get(principal.subject);
    return user?.isActive ? user : undefined;
  }

  authorities({ roles }: User): UserAuthorities {
    return { roles, permissions: ['mail:read'] };
  }
}

@Module({ providers: [Users], exports: [Users] })
class UsersModule {}

@Injectable()
class OwnMail implements Policy {
  allows({ user }: PolicyRequest): boolean {
    return user instanceof User && user.mail.endsWith('@acme.test');
  }
}

@Controller()
class Api {
  @Get('me')
  me(
    @CurrentUser() user: User | Principal,
    @CurrentUser('mail') mail: string,
    @CurrentPrincipal() principal: Principal,
  ): object {
    return {
      isUser: user instanceof User,
      mail,
      subject: principal.subject,
      isSame: userOf(principal) === user,
    };
  }

  @Roles('admin')
  @Get('admin')
  admin(@Claims() claims: object): object {
    return claims;
  }

  @Permissions('mail:read')
  @Get('mail')
  mail(): object {
    return {};
  }

  @Authorize(OwnMail)
  @Get('own')
  own(): object {
    return {};
  }

  @OptionalAuth()
  @Get('open')
  open(@CurrentUser() user: Principal): object {
    return { kind: user.kind };
  }
}

describe.each(ADAPTERS)('the user behind a credential, on %s', (adapter) => {
  const events: AuthEvent[] = [];
  let issuer: TestIssuer;
  let api: RunningApplication;
  let users: Users;

  async function guarded(principal: PrincipalOptions): Promise<void> {
    api = await start(adapter, {
      imports: [UsersModule],
      providers: [OwnMail],
      controllers: [Api],
      auth: {
        issuers: [issuer.options()],
        principal,
        roles: { hierarchy: { owner: ['admin'] } },
        clock: issuer.clock,
        onEvent: (event) => void events.push(event),
      },
    });
    users = api.app.get(Users, { strict: false });
    users.rows.set('ann', new User('1', 'ann@acme.test', true, ['owner']));
    users.rows.set('bob', new User('2', 'bob@other.test'));
    users.rows.set('eve', new User('3', 'eve@acme.test', false));
  }

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
  });

  afterEach(() => api.close());
  afterAll(() => issuer.close());

  const call = async (path: string, sub?: string, more: object = {}): ReturnType<typeof get> =>
    get(`${api.url}/${path}`, sub === undefined ? undefined : await issuer.token({ sub, ...more }));
  const reason = (): string | undefined => {
    const event = events.findLast(({ type }) => type.startsWith('auth.'));
    return event && 'reason' in event ? event.reason : event?.type;
  };

  it('K9 F38: the application’s own user, by a class of the container', async () => {
    await guarded({ load: Users });
    expect((await call('me', 'ann')).body).toEqual({
      ...{ isUser: true, mail: 'ann@acme.test', subject: 'ann', isSame: true },
    });
    expect((await call('open')).body).toEqual({ kind: 'anonymous' });
    expect((await call('me')).status).toBe(401);
  });

  it('K9 K10: the unknown and the inactive are refused with 401', async () => {
    await guarded({ load: Users });
    for (const sub of ['nobody', 'eve']) {
      const { status, body, challenge } = await call('me', sub);
      expect([status, body['code']]).toEqual([401, 'account_inactive']);
      expect(challenge).toContain('error="invalid_token"');
      expect(reason()).toBe('user_refused');
    }
    expect((await call('open', 'eve')).status).toBe(401);
  });

  it('F20: roles and permissions of the user take the place of those of the token', async () => {
    await guarded({ load: Users });
    expect((await call('admin', 'ann')).status).toBe(200);
    expect((await call('admin', 'bob', { roles: ['admin'] })).status).toBe(403);
    expect((await call('mail', 'bob')).status).toBe(200);
  });

  it('policies are given the user', async () => {
    await guarded({ load: Users });
    expect((await call('own', 'ann')).status).toBe(200);
    expect((await call('own', 'bob')).status).toBe(403);
  });

  it('a service that has no user is let in as it is', async () => {
    await guarded({ load: Users });
    const { body } = await call('me', 'batch', { client_id: 'batch' });
    expect(body).toEqual({ isUser: false, subject: 'batch', isSame: false });
  });

  it('C19 C24: one load for each request', async () => {
    await guarded({ load: Users });
    await call('admin', 'ann');
    expect(users.loads).toBe(1);
    await call('admin', 'ann');
    expect(users.loads).toBe(2);
  });

  it('cacheSeconds: the user is remembered, until the time is over or the cache is told', async () => {
    await guarded({ load: Users, cacheSeconds: 60 });
    const cache = api.app.get(UserCache);
    await call('me', 'ann');
    await call('me', 'ann');
    expect(users.loads).toBe(1);
    users.rows.delete('ann');
    expect((await call('me', 'ann')).status).toBe(200);
    cache.forget('somebody else');
    expect((await call('me', 'ann')).status).toBe(200);
    cache.forget('ann');
    expect((await call('me', 'ann')).status).toBe(401);
    users.rows.set('ann', new User('1', 'ann@acme.test'));
    await call('me', 'ann');
    users.rows.delete('ann');
    expect((await call('me', 'ann')).status).toBe(200);
    issuer.advance(61);
    expect((await call('me', 'ann')).status).toBe(401);
  });

  it('maxEntries: no more users are remembered than that', async () => {
    await guarded({ load: Users, cacheSeconds: 60, maxEntries: 1 });
    await call('me', 'ann');
    await call('me', 'bob');
    await call('me', 'ann');
    expect(users.loads).toBe(3);
  });

  it.each([
    ['throws', () => Promise.reject(new Error('no database')), 'principal.load'],
    ['hangs', () => new Promise<never>(() => undefined), 'principal.load was late'],
  ])('a loader that %s is our failure', async (_, load, detail) => {
    await guarded({ load, timeoutSeconds: 0.1 });
    const { status, headers } = await call('me', 'ann');
    expect([status, headers.get('retry-after')]).toEqual([503, '1']);
    expect(reason()).toBe('lookup_failed');
    expect(events.at(-1)).toMatchObject({ type: 'auth.unavailable', detail });
  });

  it.each([undefined, null, false, true, 1, 'ann', ''])('%j is no user', async (answer) => {
    await guarded({ load: () => answer as unknown as undefined });
    expect((await call('me', 'ann')).status).toBe(401);
  });

  it('authorities that are no object are our failure, and open nothing', async () => {
    for (const authorities of [null, 'admin', Promise.resolve({ roles: ['admin'] })]) {
      const loader = { load: () => ({ id: 1 }), authorities: () => authorities };
      await guarded({ load: loader as unknown as UserLoader });
      expect((await call('admin', 'ann', { roles: ['admin'] })).status).toBe(503);
      const detail = 'authorities() of principal.load gave no object';
      expect(events.at(-1)).toMatchObject({ detail });
      await api.close();
    }
    for (const roles of ['admin', null, undefined]) {
      await guarded({
        load: { load: () => ({ id: 1 }), authorities: () => ({ roles: roles as never }) },
      });
      expect((await call('admin', 'ann', { roles: ['admin'] })).status).toBe(403);
      await api.close();
    }
    await guarded({ load: { load: () => ({ id: 1 }), authorities: () => ({}) } });
    expect((await call('admin', 'ann', { roles: ['admin'] })).status).toBe(200);
  });
});
