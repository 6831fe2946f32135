import { Controller, Get } from '@nestjs/common';
import {
  CurrentUser,
  OrgId,
  Permissions,
  Public,
  Roles,
  Scopes,
  type Principal,
} from '../../../lib/index.js';

/** One route for each way of declaring, as small as can be. */
@Controller()
export class OrdersApi {
  @Public()
  @Get('health')
  health(): object {
    return { status: 'ok' };
  }

  @Get('profile')
  profile(@CurrentUser() user: Principal): object {
    return user;
  }

  @Scopes('orders:read', 'orders:list')
  @Get('orders')
  orders(@OrgId() organizationId: string): object {
    return { organizationId };
  }

  @Roles('admin', 'owner')
  @Get('admin')
  admin(): object {
    return { admin: true };
  }

  @Permissions('orders.approve', 'orders.pay')
  @Get('approvals')
  approvals(): object {
    return { approvals: true };
  }
}
