import { Controller, Get } from '@nestjs/common';
import {
  Authenticated,
  CurrentUser,
  Permissions,
  Public,
  Roles,
  Scopes,
  type AuthModuleOptions,
  type ClaimMap,
  type Principal,
} from '../../../lib/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { ADAPTERS, get, start, type RunningApplication } from './application.js';

@Controller()
class Api {
  @Get('reader')
  @Roles('reader')
  reader(): object {
    return {};
  }

  @Get('writer')
  @Permissions('orders:write')
  writer(): object {
    return {};
  }

  @Get('organization-reader')
  @Roles('org:reader')
  organizationReader(): object {
    return {};
  }

  @Get('scoped')
  @Scopes('orders')
  scoped(): object {
    return {};
  }

  @Get('seven')
  @Roles('7')
  seven(): object {
    return {};
  }

  @Get('undeclared')
  undeclared(@CurrentUser() user: Principal): object {
    return { roles: [...user.roles].sort(), permissions: [...user.permissions].sort() };
  }

  @Get('authenticated')
  @Authenticated()
  authenticated(): object {
    return {};
  }

  @Get('public')
  @Public()
  public(): object {
    return {};
  }
}

describe.each(ADAPTERS)('authorization options on %s', (adapter) => {
  let issuer: TestIssuer;
  let api: RunningApplication | undefined;

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
  });

  afterEach(() => api?.close());
  afterAll(() => issuer.close());

  async function guarded(more: Partial<AuthModuleOptions>, claims?: ClaimMap): Promise<void> {
    const options = { ...issuer.options(), ...(claims && { claims }) };
    api = await start(adapter, {
      controllers: [Api],
      auth: { issuers: [options], ...more },
    });
  }

  async function status(path: string, claims?: object): Promise<number> {
    const token = claims && (await issuer.token({ ...claims }));
    return (await get(`${api?.url ?? ''}/${path}`, token)).status;
  }

  const hierarchy = { admin: ['editor'], editor: ['reader'] };

  it('roles.hierarchy: a role comes with lesser ones, through and through', async () => {
    await guarded({ roles: { hierarchy } });
    expect(await status('reader', { roles: ['admin'] })).toBe(200);
    expect(await status('reader', { roles: ['editor'] })).toBe(200);
    expect(await status('reader', { roles: ['guest'] })).toBe(403);
    const { body } = await get(
      `${api?.url ?? ''}/undeclared`,
      await issuer.token({ roles: ['admin'] }),
    );
    expect(body).toEqual({ roles: ['admin', 'editor', 'reader'], permissions: [] });
  });

  it('roles.permissions: permissions come with a role, and with what comes with it', async () => {
    await guarded({ roles: { hierarchy, permissions: { editor: ['orders:write'] } } });
    expect(await status('writer', { roles: ['editor'] })).toBe(200);
    expect(await status('writer', { roles: ['admin'] })).toBe(200);
    expect(await status('writer', { roles: ['reader'] })).toBe(403);
    expect(await status('writer', { permissions: ['orders:write'] })).toBe(200);
  });

  it('roles.super: stands for every role and permission, and for no scope', async () => {
    await guarded({ roles: { super: ['root'] } });
    expect(await status('reader', { roles: ['root'] })).toBe(200);
    expect(await status('writer', { roles: ['root'] })).toBe(200);
    expect(await status('scoped', { roles: ['root'] })).toBe(403);
    expect(await status('reader', { roles: ['Root'] })).toBe(403);
  });

  it('roles.super: a role that comes with a super role is super', async () => {
    await guarded({ roles: { super: ['root'], hierarchy: { owner: ['root'] } } });
    expect(await status('writer', { roles: ['owner'] })).toBe(200);
  });

  it('F28 roles.withinOrganization: a role without its organization is none', async () => {
    await guarded({
      roles: {
        withinOrganization: true,
        super: ['root'],
        permissions: { reader: ['orders:write'] },
      },
    });
    expect(await status('reader', { roles: ['reader'], org_id: 'acme' })).toBe(200);
    expect(await status('reader', { roles: ['reader'] })).toBe(403);
    expect(await status('reader', { roles: ['reader'], org_id: ['acme', 'other'] })).toBe(403);
    expect(await status('writer', { roles: ['reader'] })).toBe(403);
    expect(await status('writer', { roles: ['root'] })).toBe(403);
  });

  it('C16: a role of the active organization, with or without its prefix', async () => {
    const roles = { path: 'org_role', optionalPrefix: 'org:' };
    await guarded({ roles: { withinOrganization: true } }, { roles });
    for (const path of ['reader', 'organization-reader']) {
      expect(await status(path, { org_role: 'org:reader', org_id: 'acme' })).toBe(200);
      expect(await status(path, { org_role: 'reader', org_id: 'acme' })).toBe(200);
      expect(await status(path, { org_role: 'org:reader' })).toBe(403);
      expect(await status(path, { org_role: 'org:Reader', org_id: 'acme' })).toBe(403);
      expect(await status(path, { org_id: 'acme' })).toBe(403);
    }
  });

  it('numbers may be roles', async () => {
    await guarded({});
    expect(await status('seven', { roles: [7] })).toBe(200);
    expect(await status('seven', { roles: ['7'] })).toBe(200);
    for (const roles of [[7.5], [70], 7, [true], [[7]]]) {
      expect(await status('seven', { roles })).toBe(403);
    }
  });

  it("undeclaredRoutes: with 'deny', a handler says that anybody will do, or nobody gets in", async () => {
    await guarded({ undeclaredRoutes: 'deny' });
    expect(await status('undeclared', { roles: ['reader'] })).toBe(403);
    expect(await status('undeclared')).toBe(401);
    expect(await status('authenticated', {})).toBe(200);
    expect(await status('authenticated')).toBe(401);
    expect(await status('reader', { roles: ['reader'] })).toBe(200);
    expect(await status('public')).toBe(200);
    await api?.close();
    await guarded({ undeclaredRoutes: 'authenticated' });
    expect(await status('undeclared', {})).toBe(200);
  });
});
