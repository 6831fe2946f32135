import { Controller, Get, Post } from '@nestjs/common';
import {
  Accepts,
  CurrentPrincipal,
  OptionalAuth,
  Scopes,
  type Principal,
} from '../../../../lib/index.js';

/** What handlers tell of who is calling. */
const seen = ({
  kind,
  subject,
  credentialKind,
  organizationId,
  scopes,
  claims,
}: Principal): object => ({
  ...{ kind, subject, credentialKind, organizationId, scopes },
  plan: claims['plan'],
});

@Controller()
export class Api {
  @Get('any')
  any(@CurrentPrincipal() principal: Principal): object {
    return seen(principal);
  }

  @Accepts('apiKey', 'jwt')
  @Get('mixed')
  mixed(@CurrentPrincipal() principal: Principal): object {
    return seen(principal);
  }

  @Accepts('apiKey')
  @Get('keys')
  keys(@CurrentPrincipal() principal: Principal): object {
    return seen(principal);
  }

  @Accepts('jwt')
  @Get('tokens')
  tokens(@CurrentPrincipal() principal: Principal): object {
    return seen(principal);
  }

  @Accepts('service')
  @Get('services')
  services(@CurrentPrincipal() principal: Principal): object {
    return seen(principal);
  }

  @Accepts('refresh')
  @Post('refresh')
  refresh(@CurrentPrincipal() principal: Principal): object {
    return seen(principal);
  }

  @Accepts.all('apiKey', 'jwt')
  @Get('together')
  together(@CurrentPrincipal() principal: Principal): object {
    return seen(principal);
  }

  @OptionalAuth()
  @Accepts('session')
  @Get('page')
  page(@CurrentPrincipal() principal: Principal): object {
    return seen(principal);
  }

  @Scopes('orders:write')
  @Get('orders')
  orders(@CurrentPrincipal() principal: Principal): object {
    return seen(principal);
  }
}

@Accepts('apiKey')
@Controller('partners')
export class Partners {
  @Get()
  list(@CurrentPrincipal() principal: Principal): object {
    return seen(principal);
  }

  @Accepts('jwt')
  @Get('people')
  people(@CurrentPrincipal() principal: Principal): object {
    return seen(principal);
  }
}
