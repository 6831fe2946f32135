import { All, Controller, Delete, Get, Head, Patch, Post, Put } from '@nestjs/common';
import { Public, RoleMap, Roles, Scopes, type AuthModuleOptions } from '../../../lib/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { ADAPTERS, start, type RunningApplication } from './application.js';

class Orders {
  @Get()
  many(): object {
    return {};
  }

  @Get(':id')
  one(): object {
    return {};
  }

  @Post()
  create(): object {
    return {};
  }

  @Put(':id')
  replace(): object {
    return {};
  }

  @Patch(':id')
  @Roles('patcher')
  patch(): object {
    return {};
  }

  @Delete(':id')
  @Scopes('orders')
  remove(): object {
    return {};
  }

  @All('all/of/them')
  all(): object {
    return {};
  }

  @Get('open/to/all')
  @Public()
  open(): object {
    return {};
  }

  @Head('head/only')
  head(): void {
    // Nothing to tell.
  }
}

@Controller('by-module')
class ByModule extends Orders {}

@RoleMap({ GET: 'reader', ALL: ['admin', 'owner'] })
@Controller('by-class')
class ByClass extends Orders {}

@RoleMap('keeper')
@Controller('by-one-entry')
class ByOneEntry extends Orders {}

@Roles('closer')
@Controller('by-roles')
class ByRoles extends Orders {}

describe.each(ADAPTERS)('the role map on %s', (adapter) => {
  let issuer: TestIssuer;
  let api: RunningApplication | undefined;

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
  });

  afterEach(() => api?.close());
  afterAll(() => issuer.close());

  async function mapped(roleMap: AuthModuleOptions['roleMap'], more: object = {}): Promise<void> {
    api = await start(adapter, {
      controllers: [ByModule, ByClass, ByOneEntry, ByRoles],
      auth: { issuers: [issuer.options()], ...(roleMap !== undefined && { roleMap }), ...more },
    });
  }

  async function status(operation: string, ...roles: string[]): Promise<number> {
    const [method = '', path = ''] = operation.split(' ');
    const token = await issuer.token({ roles, scope: 'orders' });
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch(`${api?.url ?? ''}/${path}`, { method, headers })).status;
  }

  it('F22 asks for what it says of the method: true, one, all of a list, any of a list', async () => {
    await mapped({
      GET: true,
      POST: 'writer',
      PUT: ['writer', 'owner'],
      DELETE: { roles: ['admin', 'owner'], match: 'any' },
    });
    expect(await status('GET by-module')).toBe(200);
    expect(await status('POST by-module')).toBe(403);
    expect(await status('POST by-module', 'writer')).toBe(201);
    expect(await status('PUT by-module/1', 'writer')).toBe(403);
    expect(await status('PUT by-module/1', 'writer', 'owner')).toBe(200);
    expect(await status('DELETE by-module/1', 'owner')).toBe(200);
    expect(await status('DELETE by-module/1', 'writer')).toBe(403);
  });

  it('F22 denies what is not listed, also to whoever has every role it names', async () => {
    await mapped({ GET: true });
    expect(await status('POST by-module', 'writer', 'admin')).toBe(403);
    expect(await status('GET by-module/all/of/them')).toBe(403);
    expect(await status('HEAD by-module/head/only')).toBe(403);
    await api?.close();
    await mapped({ GET: 'reader', unlisted: 'authenticated' });
    expect(await status('POST by-module')).toBe(201);
    expect(await status('GET by-module')).toBe(403);
  });

  it('F23 lets the more special entry decide', async () => {
    await mapped({ GET_ONE: 'one', GET: 'get', '*': 'any' });
    expect(await status('GET by-module/1', 'one')).toBe(200);
    expect(await status('GET by-module/1', 'get')).toBe(403);
    expect(await status('GET by-module', 'get')).toBe(200);
    expect(await status('POST by-module', 'any')).toBe(201);
    expect(await status('GET by-module/all/of/them', 'any')).toBe(200);
    await api?.close();
    await mapped({ GET_MANY: 'many', ALL: 'all' });
    expect(await status('GET by-module', 'many')).toBe(200);
    expect(await status('GET by-module/1', 'all')).toBe(200);
    expect(await status('POST by-module', 'any')).toBe(403);
  });

  it('F23 yields to that of the controller, and both to @Roles', async () => {
    await mapped({ ALL: 'module' });
    expect(await status('GET by-class', 'reader')).toBe(200);
    expect(await status('POST by-class', 'module')).toBe(403);
    expect(await status('POST by-class', 'admin', 'owner')).toBe(201);
    expect(await status('GET by-one-entry', 'keeper')).toBe(200);
    expect(await status('GET by-roles', 'closer')).toBe(200);
    expect(await status('GET by-roles', 'module')).toBe(403);
    expect(await status('PATCH by-class/1', 'patcher')).toBe(200);
    expect(await status('PATCH by-class/1', 'admin', 'owner')).toBe(403);
  });

  it('leaves scopes in force, opens nothing, and counts as a declaration', async () => {
    await mapped({ ALL: 'module' }, { undeclaredRoutes: 'deny' });
    expect(await status('GET by-module', 'module')).toBe(200);
    expect(await status('DELETE by-module/1', 'module')).toBe(200);
    expect(await status('DELETE by-module/1')).toBe(403);
    expect((await fetch(`${api?.url ?? ''}/by-module/open/to/all`)).status).toBe(401);
    expect((await fetch(`${api?.url ?? ''}/by-module`)).status).toBe(401);
  });

  it.each<[unknown, RegExp]>([
    [{}, /lists nothing/],
    [{ GETS: 'a' }, /"GETS" is no method/],
    [{ get: 'a' }, /"get" is no method/],
    [{ GET: false }, /GET has no known shape/],
    [{ GET: null }, /GET has no known shape/],
    [{ GET: [] }, /GET names nothing/],
    [{ GET: '' }, /has a name that is empty/],
    [{ GET: { roles: [] } }, /GET names nothing/],
    [{ GET: { roles: 'a', match: 'some' } }, /GET has no known shape/],
    [{ GET: { roles: 'a', any_of: true } }, /GET has no known shape/],
    [
      { GET: true, unlisted: 'allow' },
      /unlisted is neither 'deny' nor .* leave it out, and nobody/,
    ],
    [{ GET: true, ALL: 'a', '*': 'b' }, /lists both ALL and \*\. Keep one of the two/],
    [false, /has no known shape/],
    [null, /has no known shape/],
  ])('F22 refuses to boot with a shape nobody knows: %j', (mapping, message) => {
    const declared = (): void => {
      class Target {}
      RoleMap(mapping as never)(Target);
    };
    expect(declared).toThrow(/^@RoleMap on Target/);
    expect(declared).toThrow(message);
  });

  it('refuses @Roles beside it', () => {
    const declared =
      (...decorators: ClassDecorator[]) =>
      (): void => {
        class Target {}
        for (const decorator of decorators) decorator(Target);
      };
    expect(declared(RoleMap('a'), Roles('a'))).toThrow(/contradicts @Roles/);
    expect(declared(Roles('a'), RoleMap('a'))).toThrow(/contradicts @Roles/);
  });
});
