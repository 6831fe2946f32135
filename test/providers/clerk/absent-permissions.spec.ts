import { Controller, Get } from '@nestjs/common';
import {
  AuthModule,
  AuthReport,
  Authorize,
  hasPermission,
  Permissions,
  type AuthModuleOptions,
  type IdentityProvider,
} from '../../../lib/index.js';
import { create, moduleOf } from '../../e2e/http/application.js';
import { ClerkInstance } from '../../e2e/http/clerk/clerk-instance.js';

const instance = new ClerkInstance();

describe('the report, of permissions that no session has', () => {
  async function warnings(more: Partial<AuthModuleOptions> = {}): Promise<readonly string[]> {
    @Controller()
    class Api {
      @Permissions('org:sys_memberships:read')
      @Get('one')
      one(): object {
        return {};
      }

      @Permissions.any('org:sys_memberships:read', 'org:reports:read')
      @Get('any')
      any(): object {
        return {};
      }

      @Authorize(hasPermission('org:reports:read'))
      @Get('rule')
      rule(): object {
        return {};
      }
    }
    const issuers: readonly IdentityProvider[] = [instance.provider()];
    const imports = [AuthModule.forRoot({ issuers, ...more })];
    const app = await create('express', moduleOf({ imports, controllers: [Api] }));
    await app.init();
    const found = app.get(AuthReport).warnings();
    await app.close();
    return found.map(({ code, message }) => `${code}: ${message}`);
  }

  it('C17: a handler that requires one is warned of', async () => {
    expect(await warnings()).toEqual([
      'permission_never_granted: Api.one requires org:sys_memberships:read, which no token has: nobody may call it',
    ]);
    await expect(warnings({ report: { strict: true } })).rejects.toThrow('org:sys_memberships');
  });

  it('C17: unless something else may grant it', async () => {
    const permissions = { admin: ['org:sys_memberships:read'] };
    const other = { issuer: 'https://login.example.com/', audience: 'api://x' };
    expect(await warnings({ roles: { permissions } })).toEqual([]);
    expect(await warnings({ roles: { super: ['root'] } })).toEqual([]);
    expect(await warnings({ principal: { load: (principal) => principal } })).toEqual([]);
    expect(await warnings({ issuers: [instance.provider(), other] })).toEqual([]);
  });
});
