import { Controller, Get, Next, Param, Post } from '@nestjs/common';
import {
  Accepts,
  createTenantDecorator,
  CurrentPrincipal,
  CurrentUser,
  OptionalAuth,
  OrgId,
  Public,
  Roles,
  type Principal,
} from '../../../../lib/index.js';

const WorkspaceId = createTenantDecorator('WorkspaceId');

/** What a handler tells of its caller. */
const told = ({ kind, subject, organizationId, roles }: Principal): object => ({
  kind,
  subject,
  tenant: organizationId ?? null,
  roles,
});

/** How often a handler ran. */
export const handled = { count: 0 };

@Controller()
export class TenantsApi {
  @Get('me')
  me(@CurrentPrincipal() principal: Principal): object {
    handled.count += 1;
    return told(principal);
  }

  @Get('orgs/:orgId/me')
  ofOrganization(@CurrentPrincipal() principal: Principal): object {
    handled.count += 1;
    return told(principal);
  }

  @Get('own')
  own(@OrgId() tenant: string): object {
    return { tenant };
  }

  @Get('workspace')
  workspace(@WorkspaceId() tenant: string): object {
    return { tenant };
  }

  @Get('workspace-or-none')
  maybe(@WorkspaceId({ required: false }) tenant: string | undefined): object {
    return { tenant: tenant ?? null };
  }

  @Roles('admin')
  @Get('admin')
  admin(@CurrentPrincipal() principal: Principal): object {
    return told(principal);
  }

  @OptionalAuth({ onInvalid: 'anonymous' })
  @Get('open')
  open(@CurrentUser() user: Principal): object {
    return told(user);
  }

  @Public()
  @Get('public')
  public(): object {
    return {};
  }

  @Accepts.all('apiKey', 'jwt')
  @Get('together')
  together(@CurrentPrincipal() principal: Principal): object {
    return told(principal);
  }
}

/** Two handlers that one request of Express reaches, one after the other, with different parameters. */
@Controller('chain')
export class ChainApi {
  @Get(':orgId/:other')
  first(@Next() next: () => void): void {
    next();
  }

  @Get(':other/:orgId')
  second(@CurrentPrincipal() principal: Principal): object {
    handled.count += 1;
    return told(principal);
  }

  /** One handler that is reached by two paths. */
  @Get(['same/:orgId/:other', 'same/:other/:orgId'])
  same(@Param('other') other: string, @Next() next: () => void): void {
    if (other === 'b') next();
    else handled.count += 1;
  }
}

/** Data of tenants, every query with its tenant. */
@Controller('notes')
export class NotesApi {
  readonly #rows: { readonly tenant: string; readonly author: string }[] = [];

  @Post()
  create(@OrgId() tenant: string, @CurrentPrincipal() { subject }: Principal): object {
    this.#rows.push({ tenant, author: subject });
    return {};
  }

  @Get()
  list(@OrgId() tenant: string): readonly object[] {
    return this.#rows.filter((row) => row.tenant === tenant);
  }
}
