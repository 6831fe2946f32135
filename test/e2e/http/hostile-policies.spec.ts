import { Controller, Delete, Get, Injectable, type Type } from '@nestjs/common';
import {
  arg,
  Authenticated,
  Authorize,
  hasRole,
  policy,
  RoleMap,
  SameOrg,
  type AuthModuleOptions,
  type Policy,
} from '../../../lib/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { ADAPTERS, get, start, type RunningApplication } from './application.js';
import {
  Api,
  Hanging,
  Mapped,
  Missing,
  OfClass,
  PerRequest,
  Providing,
  Thing,
} from './hostile-policies-api.js';

const RULE = hasRole('admin');

describe.each(ADAPTERS)('hostile policies on %s', (adapter) => {
  let issuer: TestIssuer;
  let api: RunningApplication | undefined;
  const events: string[] = [];
  let controllers: readonly Type[] = [];

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
  });

  afterEach(() => api?.close());
  afterAll(() => issuer.close());

  async function serve(more: Partial<AuthModuleOptions> = {}): Promise<void> {
    api = await start(adapter, {
      controllers: [PerRequest, Mapped, Thing, Api, OfClass, ...controllers],
      providers: [Providing, Missing, Hanging],
      auth: {
        issuers: [issuer.options()],
        policies: { timeoutSeconds: 0.1 },
        onEvent: ({ type }) => void events.push(type),
        ...more,
      },
    });
  }

  async function asked(operation: string, claims: object, body?: object): Promise<number> {
    const [method = '', path = ''] = operation.split(' ');
    const response = await fetch(`${api?.url ?? ''}/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await issuer.token({ sub: 'ann', ...claims })}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    return response.status;
  }

  const read = async (path: string, claims: object = {}): Promise<Record<string, unknown>> =>
    (await get(`${api?.url ?? ''}/${path}`, await issuer.token({ sub: 'ann', ...claims }))).body;

  it('a handler of which the method cannot be told is not let past the role map', async () => {
    await serve({ roleMap: { GET: true, ALL: 'admin' } });
    expect(await asked('DELETE per-request/1', { roles: ['user'] })).toBe(403);
  });

  it('the role map of a subclass is closer than @Roles of its base class', async () => {
    await serve();
    expect(await asked('DELETE mapped', { roles: ['user'] })).toBe(403);
    expect(await asked('DELETE mapped', { roles: ['admin'] })).toBe(200);
    expect(await asked('GET mapped', {})).toBe(200);
  });

  it('one or many: by the path of the controller too, and nobody where both could be meant', async () => {
    await serve();
    expect(await asked('GET things/1', {})).toBe(403);
    expect(await asked('GET things/1', { roles: ['admin'] })).toBe(200);
    expect(await asked('GET things/1/parts', {})).toBe(200);
    expect(await asked('GET things/1/all', { roles: ['admin'] })).toBe(403);
  });

  it.each([[[7]], [{ id: 7 }], [null], [true], [''], [undefined]])(
    'the contrary of a rule holds for nobody whose argument is %p',
    async (id) => {
      await serve();
      expect(await asked('POST four-eyes', {}, { id })).toBe(403);
      expect(await asked('POST four-eyes', { sub: 'bob' }, { id: 7 })).toBe(200);
      expect(await asked('POST four-eyes', {}, { id: 7 })).toBe(403);
      expect(await asked('GET elsewhere', { org_id: 'a' })).toBe(403);
      expect(await asked('GET elsewhere?org=b&org=c', { org_id: 'a' })).toBe(403);
      expect(await asked('GET elsewhere?org=b', {})).toBe(403);
      expect(await asked('GET elsewhere?org=b', { org_id: 'a' })).toBe(200);
      await api?.close();
    },
  );

  it('what a policy provides counts with its true, and not without it nor after it', async () => {
    await serve();
    expect(await read('provided/yes')).toEqual({ resource: 'provided yes' });
    expect(await read('provided/no', { roles: ['user'] })).toEqual({ resource: null });
  });

  it("the handler's own rule provides in the end", async () => {
    await serve();
    const resource = { id: 'acme', ownerId: 'ann' };
    expect(await read('classes/acme', { org_id: 'acme' })).toEqual({ resource });
  });

  it('what is hidden looks alike, be it missing or denied', async () => {
    await serve();
    expect(await read('hidden/1')).toEqual(await read('hidden-too/1'));
  });

  it('a rule on trial that hangs lets in, and is told of once', async () => {
    await serve();
    events.length = 0;
    expect(await asked('GET on-trial', {})).toBe(200);
    expect(events.filter((type) => type.startsWith('auth'))).toEqual([
      'auth.authenticated',
      'auth.would_deny',
    ]);
  });

  it('somebody anonymous is shown to no other package', async () => {
    await serve();
    expect((await get(`${api?.url ?? ''}/anonymous`)).body).toEqual({ isShown: false });
    expect(await read('anonymous')).toEqual({ isShown: true });
  });

  it.each<[string, ClassDecorator, ClassDecorator, Partial<AuthModuleOptions>]>([
    ['dryRun', SHARED(), SHARED({ dryRun: true }), {}],
    ['hide', SHARED(), SHARED({ hide: true }), {}],
    ['nothing', Authenticated(), () => undefined, { undeclaredRoutes: 'deny' }],
  ])('one function is not two handlers that differ by %s', async (_, one, other, more) => {
    const shared = (): object => ({});
    @Controller('shared')
    class Shared {
      constructor() {
        Object.assign(this, { first: shared, second: shared });
      }

      @Get()
      @(one as MethodDecorator)
      first(): object {
        return {};
      }

      @Delete()
      @(other as MethodDecorator)
      second(): object {
        return {};
      }
    }
    await expect(
      start(adapter, { controllers: [Shared], auth: { issuers: [issuer.options()], ...more } }),
    ).rejects.toThrow(/is the same function as another handler/);
  });

  it('one function is not two handlers of different methods', async () => {
    @Controller('twin')
    @RoleMap({ GET: true, ALL: 'admin' })
    class Twin {
      constructor() {
        Object.assign(this, { second: Reflect.get(this, 'first') });
      }

      @Get()
      first(): object {
        return {};
      }

      @Delete()
      second(): object {
        return {};
      }
    }
    await expect(
      start(adapter, { controllers: [Twin], auth: { issuers: [issuer.options()] } }),
    ).rejects.toThrow(/is the same function as another handler/);
  });

  it('undeclared routes are not denied by guards that are not there', async () => {
    @Controller('undeclared')
    class Undeclared {
      @Get()
      read(): object {
        return {};
      }
    }
    const auth = { issuers: [issuer.options()], global: false, undeclaredRoutes: 'deny' } as const;
    await expect(start(adapter, { controllers: [Undeclared], auth })).rejects.toThrow(
      /^Undeclared\.read requires something that nothing enforces/,
    );
  });

  it('declarations that would not mean what they say are refused', () => {
    expect(() => Authorize(Hanging, { hide: true })).toThrow(/options where the arguments/);
    expect(() => policy(Providing, { answer: [arg('params.id')] })).toThrow(/has an arg/);
    const twice = (): void => {
      class Target {}
      for (const each of [RoleMap('a'), RoleMap('b')]) each(Target);
    };
    expect(twice).toThrow(/is there twice\. Keep one of the two, with what both are to say/);
  });

  it('what a policy is given is not said where it could be a secret', () => {
    @Injectable()
    class Never implements Policy {
      allows(): boolean {
        return false;
      }
    }
    const rule = policy(Never, { key: 's3cret', size: 3 });
    expect(rule.kind === 'check' && rule.label).toBe('Never(key, size: 3)');
  });

  it('members of a polluted prototype are no options', async () => {
    const polluted = { dryRun: true, hide: true, safeMethods: ['GET'], onInvalid: 'anonymous' };
    Object.assign(Object.prototype, polluted);
    try {
      class Polluted {
        closed(): object {
          return {};
        }
      }
      SameOrg('params.id')(Polluted);
      const closed = Object.getOwnPropertyDescriptor(Polluted.prototype, 'closed');
      Get(':id')(
        Polluted.prototype,
        'closed',
        Object.assign(Object.create(null), closed) as object,
      );
      Controller('polluted')(Polluted);
      controllers = [Polluted];
    } finally {
      for (const name of Object.keys(polluted)) Reflect.deleteProperty(Object.prototype, name);
    }
    await serve();
    expect(await asked('GET polluted/acme', { org_id: 'other' })).toBe(403);
    expect(await asked('GET polluted/acme', { org_id: 'acme' })).toBe(200);
  });
});

/** The same rule for both, so that only the options differ. */
function SHARED(options?: object): ClassDecorator {
  return Authorize(RULE, options);
}
