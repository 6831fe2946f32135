import { Controller, Get } from '@nestjs/common';
import {
  Accepts,
  CurrentPrincipal,
  RequireFeature,
  type Principal,
} from '../../../../lib/index.js';

function shown({
  subject,
  kind,
  credentialKind,
  organizationId,
  scopes,
  claims,
}: Principal): object {
  return { subject, kind, credentialKind, organizationId, scopes, claims };
}

@Controller()
export class MachineApi {
  @Get()
  me(@CurrentPrincipal() principal: Principal): object {
    return shown(principal);
  }

  @Accepts('apiKey')
  @Get('keys')
  keys(@CurrentPrincipal() principal: Principal): object {
    return shown(principal);
  }

  @Accepts('oauthToken', 'oauthJwt')
  @Get('oauth')
  oauth(@CurrentPrincipal() principal: Principal): object {
    return { ...shown(principal), actor: principal.actor?.subject };
  }

  @Accepts('m2mToken', 'm2mJwt')
  @Get('m2m')
  m2m(@CurrentPrincipal() principal: Principal): object {
    return shown(principal);
  }

  @Accepts('jwt', 'apiKey')
  @Get('mixed')
  mixed(@CurrentPrincipal() principal: Principal): object {
    return shown(principal);
  }

  @Accepts('jwt', 'm2mJwt', 'm2mToken', 'oauthJwt', 'apiKey')
  @RequireFeature('gold')
  @Get('gold')
  gold(): object {
    return {};
  }
}
