import { Controller, Get } from '@nestjs/common';
import {
  Accepts,
  Permissions,
  RequireFeature,
  RequirePlan,
  RequireReverification,
  Roles,
} from '../../../../lib/index.js';

/** Within five minutes. */
export const first = { level: 'first_factor', afterMinutes: 5 } as const;

/** What is required is how a path is called. */
@Controller()
export class EntitlementsApi {
  @RequireFeature('exports')
  @Get('feature')
  feature(): object {
    return {};
  }

  @RequireFeature('o:exports')
  @Get('feature-of-organization')
  ofOrganization(): object {
    return {};
  }

  @RequireFeature('user:exports')
  @Get('feature-of-user')
  ofUser(): object {
    return {};
  }

  @RequirePlan('gold')
  @Get('plan')
  plan(): object {
    return {};
  }

  @RequirePlan('gold', { hide: true })
  @Get('hidden')
  hidden(): object {
    return {};
  }

  @RequireReverification('strict')
  @Get('strict')
  strict(): object {
    return {};
  }

  @RequireReverification('strict_mfa')
  @Get('strict_mfa')
  mfa(): object {
    return {};
  }

  @RequireReverification('moderate')
  @Get('moderate')
  moderate(): object {
    return {};
  }

  @RequireReverification('lax')
  @Get('lax')
  lax(): object {
    return {};
  }

  @RequireReverification(first)
  @Accepts('jwt', 'm2mJwt')
  @Get('first')
  first(): object {
    return {};
  }

  @Roles('admin')
  @Permissions('org:exports:read')
  @RequireFeature('exports')
  @RequirePlan('gold')
  @RequireReverification('strict')
  @Get('all')
  all(): object {
    return {};
  }
}
