import { Controller, Get, Options, Put } from '@nestjs/common';
import {
  Authenticated,
  CurrentPrincipal,
  OptionalAuth,
  Permissions,
  Public,
  Roles,
  Scopes,
  type AuthEvent,
  type Principal,
} from '../../../lib/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { ADAPTERS, get, start, type RunningApplication } from './application.js';

@Controller('rows')
class Rows {
  @Get('optional')
  @OptionalAuth({ onInvalid: 'anonymous' })
  optional(@CurrentPrincipal() { subject }: Principal): object {
    return { subject };
  }

  @Get('any-role')
  @Roles('admin', 'editor')
  anyRole(): object {
    return {};
  }

  @Get('all-roles')
  @Roles.all('admin', 'editor')
  allRoles(): object {
    return {};
  }

  @Get('any-scope')
  @Scopes.any(['read', 'write'])
  anyScope(): object {
    return {};
  }

  @Get('all-scopes')
  @Scopes.all('read', 'write')
  allScopes(): object {
    return {};
  }

  @Get('any-permission')
  @Permissions.any('org:feature:read', 'org:feature:write')
  anyPermission(): object {
    return {};
  }

  @Get('permission')
  @Permissions('org:feature:write')
  permission(): object {
    return {};
  }

  @Get('stacked')
  @Roles('admin', 'owner')
  @Roles('editor', 'writer')
  stacked(): object {
    return {};
  }

  @Get('open')
  @Public()
  open(): object {
    return {};
  }

  @Get('protected')
  @Authenticated()
  protected(): object {
    return {};
  }

  @Put('protected')
  put(): object {
    return {};
  }

  @Options('own')
  options(): object {
    return { reached: true };
  }
}

@Roles('admin')
@Controller('admin')
class Admin {
  @Get()
  first(): object {
    return {};
  }

  @Get('second')
  second(): object {
    return {};
  }
}

type Row = readonly [ids: string, path: string, claims: object | undefined, status: number];

const ROWS: readonly Row[] = [
  ['F20 F21 A8 K12', 'any-role', { roles: ['editor'] }, 200],
  ['F20 F21 A8 K12', 'any-role', { roles: ['Editor'] }, 403],
  ['F20 K11 A11', 'any-role', undefined, 401],
  ['F20 F21', 'all-roles', { roles: ['admin'] }, 403],
  ['F20 F21', 'all-roles', { roles: ['admin', 'editor'] }, 200],
  ['A7 A24', 'any-scope', { scope: 'write' }, 200],
  ['A7 A24', 'any-scope', { scope: 'writer' }, 403],
  ['A7 A24', 'all-scopes', { scope: 'write' }, 403],
  ['A7 A24', 'all-scopes', { scope: 'write read' }, 200],
  ['A9 K13 C15', 'any-permission', { permissions: ['org:feature:read'] }, 200],
  ['A9 K13 C15', 'permission', { permissions: ['org:feature:read'] }, 403],
  ['A9 K13 C15', 'permission', { permissions: ['org:feature:write'] }, 200],
  ['A10', 'stacked', { roles: ['admin'] }, 403],
  ['A10', 'stacked', { roles: ['admin', 'writer'] }, 200],
  ['F25 C21', 'open', undefined, 200],
  ['F25 C21 C22', 'protected', undefined, 401],
  ['F25 C22', 'protected', {}, 200],
];

describe.each(ADAPTERS)('what others do, on %s', (adapter) => {
  let issuer: TestIssuer;
  let api: RunningApplication;
  const events: AuthEvent[] = [];

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    api = await start(adapter, {
      controllers: [Rows, Admin],
      configure: (app) => {
        app.enableCors({ origin: 'https://shop.test' });
      },
      auth: {
        issuers: [
          {
            ...issuer.options(),
            claims: { roles: ['roles', 'realm_access.roles', '["https://x/roles"]'] },
          },
        ],
        onEvent: (event) => void events.push(event),
      },
    });
  });

  afterAll(async () => {
    await api.close();
    await issuer.close();
  });

  it.each(ROWS)('%s: %s with %j is %i', async (_, path, claims, status) => {
    const token = claims && (await issuer.token({ ...claims }));
    expect((await get(`${api.url}/rows/${path}`, token)).status).toBe(status);
  });

  it.each([
    { roles: ['admin'] },
    { realm_access: { roles: ['admin'] } },
    { 'https://x/roles': ['admin'] },
  ])('A16 A26 K15: a class requires, of whichever claim is there: %j', async (claims) => {
    const token = await issuer.token({ ...claims });
    expect((await get(`${api.url}/admin`, token)).status).toBe(200);
    expect((await get(`${api.url}/admin/second`, token)).status).toBe(200);
    expect((await get(`${api.url}/admin/second`, await issuer.token())).status).toBe(403);
  });

  it('K20: who is let in where anybody is, and to what a role opens', async () => {
    const ask = async (path: string, token?: string): Promise<unknown[]> => {
      const { status, body } = await get(`${api.url}/${path}`, token);
      return [status, body['subject']];
    };
    const [ann, admin] = [
      { sub: 'ann', roles: ['user'] },
      { sub: 'root', roles: ['admin'] },
    ];
    expect(await ask('rows/optional', await issuer.token(ann))).toEqual([200, 'ann']);
    expect(await ask('rows/optional')).toEqual([200, 'anonymous']);
    expect(await ask('rows/optional', 'x.y.z')).toEqual([200, 'anonymous']);
    expect(await ask('admin', await issuer.token(ann))).toEqual([403, undefined]);
    expect(await ask('admin', await issuer.token(admin))).toEqual([200, undefined]);
  });

  it('A11: without a credential 401, with one that does not suffice 403', async () => {
    const without = await get(`${api.url}/rows/all-scopes`);
    expect(without).toMatchObject({ status: 401, body: { code: 'missing_credentials' } });
    const bad = await get(`${api.url}/rows/all-scopes`, 'nonsense');
    expect(bad.challenge).toContain('error="invalid_token"');
    const lacking = await get(`${api.url}/rows/all-scopes`, await issuer.token());
    expect(lacking).toMatchObject({ status: 403, body: { code: 'insufficient_scope' } });
    expect(lacking.challenge).toContain('error="insufficient_scope"');
    expect(lacking.challenge).toContain('scope="read write"');
  });

  it('F24 C15: what is lacking is told to us, and not to the client', async () => {
    const { body } = await get(`${api.url}/rows/all-roles`, await issuer.token());
    expect(body).toEqual({
      statusCode: 403,
      error: 'Forbidden',
      code: 'forbidden',
      message: 'Access is denied',
    });
    expect(events.at(-1)).toMatchObject({
      type: 'auth.denied',
      reason: 'insufficient_role',
      detail: 'all of admin, editor',
      handler: 'Rows.allRoles',
    });
  });

  it('A17: a preflight is answered before any guard, and OPTIONS of a handler is guarded', async () => {
    const preflight = await fetch(`${api.url}/rows/protected`, {
      method: 'OPTIONS',
      headers: { origin: 'https://shop.test', 'access-control-request-method': 'PUT' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe('https://shop.test');
    const unguarded = await start(adapter, {
      controllers: [Rows],
      auth: { issuers: [issuer.options()] },
    });
    const own = await fetch(`${unguarded.url}/rows/own`, { method: 'OPTIONS' });
    expect(own.status).toBe(401);
    await unguarded.close();
  });
});
