import { Controller, Get } from '@nestjs/common';
import { Authenticated, CurrentPrincipal, type Principal } from 'nestjs-portcullis';

@Controller('me')
export class MeController {
  /** Who is calling, as the application sees it: nobody else's word counts. */
  @Authenticated()
  @Get()
  me(@CurrentPrincipal() { subject, organizationId, roles, expiresAt, claims }: Principal): object {
    return { subject, name: claims['name'], organizationId, roles: [...roles], expiresAt };
  }
}
