import { Controller, Get, Post } from '@nestjs/common';
import {
  Accepts,
  apiKey,
  ApiKeys,
  basic,
  CurrentPrincipal,
  MemoryApiKeyStore,
  opaqueToken,
  OptionalAuth,
  session,
  type AuthEvent,
  type AuthModuleOptions,
  type CredentialOption,
  type Principal,
  type UserLoader,
} from '../../../../lib/index.js';
import { TestIssuer } from '../../../../lib/testing/index.js';
import { ADAPTERS, start, type RunningApplication } from '../application.js';

const told = ({ kind, subject, roles }: Principal): object => ({ kind, subject, roles });

@Controller()
class Api {
  @Get('any')
  any(@CurrentPrincipal() principal: Principal): object {
    return told(principal);
  }

  @Post('change')
  change(@CurrentPrincipal() principal: Principal): object {
    return told(principal);
  }
}

@Controller()
class Services {
  @Accepts('service')
  @Get('services')
  services(@CurrentPrincipal() principal: Principal): object {
    return told(principal);
  }
}

@Controller()
class Together {
  @Accepts.all('jwt', 'apiKey')
  @Get('together')
  together(@CurrentPrincipal() principal: Principal): object {
    return told(principal);
  }

  @OptionalAuth()
  @Accepts.all('apiKey', 'jwt')
  @Get('optional')
  optional(@CurrentPrincipal() principal: Principal): object {
    return told(principal);
  }
}

@Controller()
class Opaque {
  @Accepts('opaqueToken')
  @Get('opaque')
  opaque(@CurrentPrincipal() principal: Principal): object {
    return told(principal);
  }
}

describe.each(ADAPTERS)('what others tried, on %s', (adapter) => {
  const keys = new ApiKeys({ prefix: 'acme', store: new MemoryApiKeyStore() });
  const events: AuthEvent[] = [];
  let issuer: TestIssuer;
  let api: RunningApplication | undefined;

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
  });
  afterEach(() => api?.close());
  afterAll(() => issuer.close());

  async function guarded(
    credentials: readonly CredentialOption[],
    more: Partial<AuthModuleOptions> = {},
    controllers: readonly (new () => object)[] = [Api],
  ): Promise<void> {
    api = await start(adapter, {
      controllers: [...controllers],
      auth: {
        issuers: [issuer.options()],
        credentials,
        onEvent: (event) => void events.push(event),
        ...more,
      },
    });
  }

  const send = async (
    path: string,
    headers: Record<string, string>,
    method = 'GET',
  ): Promise<readonly [number, Record<string, unknown>]> => {
    const answer = await fetch(`${api?.url ?? ''}/${path}`, { headers, method });
    return [answer.status, (await answer.json()) as Record<string, unknown>];
  };
  const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

  it('a service that was let in as it is lends its name to no user, and its roles to no later token', async () => {
    const load = ((principal) =>
      principal.kind === 'service' ? principal : null) as UserLoader['load'];
    await guarded([], { principal: { load, cacheSeconds: 60 } });
    const service = { sub: '1', client_id: '1' };
    const admin = await issuer.token({ ...service, roles: ['admin'] });
    expect((await send('any', bearer(admin)))[1]).toMatchObject({ roles: ['admin'] });
    expect((await send('any', bearer(await issuer.token({ sub: '1' }))))[0]).toBe(401);
    const later = await send('any', bearer(await issuer.token(service)));
    expect(later[1]).toMatchObject({ kind: 'service', roles: [] });
  });

  it('authorities that reject refuse, and end nothing', async () => {
    const load = {
      load: () => ({ id: 1 }),
      authorities: () => Promise.reject(new Error('x')),
    } as unknown as UserLoader;
    await guarded([], { principal: { load } });
    expect((await send('any', bearer(await issuer.token())))[0]).toBe(503);
  });

  it('a prefix holds where nothing else is found there, too', async () => {
    const asked: string[] = [];
    const resolve = (value: string): { subject: string } => {
      asked.push(value);
      return { subject: value };
    };
    await guarded([apiKey({ prefix: 'pk_', resolve })]);
    expect((await send('any', { 'x-api-key': 'a name' }))[0]).toBe(401);
    expect((await send('any', { 'x-api-key': 'pk_1' }))[0]).toBe(200);
    expect(asked).toEqual(['pk_1']);
  });

  it('a prefix comes before the look of a JWT', async () => {
    const resolve = (value: string): object | null =>
      value === 'pat_a.b.c' ? { subject: 'ann' } : null;
    await guarded([opaqueToken({ prefix: 'pat_', resolve: resolve })]);
    expect((await send('any', bearer('pat_a.b.c')))[0]).toBe(200);
  });

  it('a key in a cookie is no opaque token, whatever a handler accepts', async () => {
    const asked: string[] = [];
    const resolve = (value: string): null => {
      asked.push(value);
      return null;
    };
    await guarded([apiKey({ keys, cookie: 'tok' }), opaqueToken({ cookie: 'tok', resolve })], {}, [
      Opaque,
    ]);
    const { key } = await keys.create({ subject: 'robot' });
    const [status, { code }] = await send('opaque', { cookie: `tok=${key}` });
    expect([status, code, asked]).toEqual([401, 'credential_not_accepted', []]);
  });

  it('whoever vouches is loaded and measured as well', async () => {
    const { key } = await keys.create({ subject: 'robot' });
    const both = async (claims: object): Promise<number> => {
      const headers = { ...bearer(await issuer.token({ ...claims })), 'x-api-key': key };
      return (await send('together', headers))[0];
    };
    const load = ((principal) =>
      principal.subject === 'eve' ? null : principal) as UserLoader['load'];
    await guarded([apiKey({ keys })], { principal: { load } }, [Together]);
    expect(await both({ sub: 'ann' })).toBe(200);
    expect(await both({ sub: 'eve' })).toBe(401);
    await api?.close();
    await guarded([apiKey({ keys })], { machineCredentials: 'declared-only' }, [Together]);
    expect(await both({ sub: 'ann' })).toBe(200);
    expect(await both({ sub: 'batch', client_id: 'batch' })).toBe(403);
  });

  it('of what is asked for together, a cookie does not count beside a header', async () => {
    const { key } = await keys.create({ subject: 'robot' });
    await guarded([apiKey({ keys })], { cookie: { name: 'token' } }, [Together]);
    const [meant, added] = [await issuer.token({ sub: 'ann' }), await issuer.token({ sub: 'eve' })];
    const headers = { 'x-api-key': key, cookie: `token=${added}` };
    expect((await send('together', headers))[1]).toMatchObject({ kind: 'apiKey' });
    expect((await send('together', { ...headers, ...bearer(meant) }))[0]).toBe(200);
    expect((await send('together', { ...headers, ...bearer('x.y.z') }))[0]).toBe(401);
  });

  it('half of what is asked for together is not nothing', async () => {
    await guarded([apiKey({ keys })], {}, [Together]);
    expect((await send('optional', { 'x-api-key': 'acme_x' }))[0]).toBe(401);
    expect((await send('optional', {}))[1]).toMatchObject({ kind: 'anonymous' });
  });

  it('a password that a browser sends along changes nothing from another site', async () => {
    await guarded([basic({ verify: (username) => ({ subject: username }) })]);
    const authorization = `Basic ${Buffer.from('ann:x').toString('base64')}`;
    const from = async (more: object): Promise<number> =>
      (await send('change', { authorization, ...more }, 'POST'))[0];
    expect(await from({ origin: 'https://evil.test' })).toBe(403);
    expect(await from({ 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await from({})).toBe(201);
    expect(await from({ origin: api?.url })).toBe(201);
  });

  it.each([
    ['an organization that is a number', { subject: 'a', organizationId: 42 }, 503],
    ['milliseconds', { subject: 'a', expiresAt: Date.now() + 60_000 }, 401],
    ['seconds', { subject: 'a', expiresAt: Date.now() / 1000 + 60 }, 200],
  ])('%s', async (_, identity, expected) => {
    await guarded([apiKey({ resolve: () => identity as never })]);
    expect((await send('any', { 'x-api-key': 'k' }))[0]).toBe(expected);
  });

  it('what only has a `then`, and what throws when it is looked at, is our failure', async () => {
    const then = (settle: (value: unknown) => void): void => {
      settle(null);
    };
    const trap = Object.defineProperty({ subject: 'a' }, 'expiresAt', {
      enumerable: true,
      get: () => {
        throw new Error('x');
      },
    });
    const { key } = await keys.create({ subject: 'robot' });
    await guarded([apiKey({ prefix: 'acme', find: () => ({ then }) as never })]);
    expect((await send('any', { 'x-api-key': key }))[0]).toBe(401);
    await api?.close();
    await guarded([basic({ verify: () => trap })]);
    const authorization = `Basic ${Buffer.from('ann:x').toString('base64')}`;
    expect((await send('any', { authorization }))[0]).toBe(503);
  });

  it('extract gives a text or nothing', async () => {
    const extract = (() => Promise.resolve('x')) as never;
    await guarded([opaqueToken({ extract, resolve: () => ({ subject: 'a' }) })]);
    expect((await send('any', {}))[0]).toBe(400);
  });

  it.each(['kind', 'standsFor', 'allowedAddresses'])(
    'what a polluted prototype says of %s is not heard',
    async (member) => {
      await guarded([opaqueToken({ prefix: 'pat_', resolve: () => ({ subject: 'a' }) })], {}, [
        Services,
      ]);
      const token = await issuer.token({ sub: 'ann' });
      const polluted = Object.prototype as Record<string, unknown>;
      polluted[member] = 'service';
      try {
        expect((await send('services', bearer('pat_1')))[0]).toBe(403);
        expect((await send('services', bearer(token)))[0]).toBe(403);
      } finally {
        Reflect.deleteProperty(polluted, member);
      }
    },
  );

  it('nor of where a session is found', async () => {
    const polluted = Object.prototype as Record<string, unknown>;
    polluted['header'] = 'x-sid';
    try {
      await guarded([session({ cookie: 'sid', resolve: () => ({ subject: 'a' }) })]);
    } finally {
      Reflect.deleteProperty(polluted, 'header');
    }
    expect((await send('any', { 'x-sid': 's' }))[0]).toBe(401);
  });
});
