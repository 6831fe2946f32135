import { Controller, Get } from '@nestjs/common';
import { CurrentUser, type Principal } from 'nestjs-portcullis';

@Controller('profile')
export class ProfileController {
  /** No declaration: every authenticated caller may read their own profile. */
  @Get()
  mine(@CurrentUser() user: Principal): object {
    const { subject, organizationId, roles, scopes } = user;
    return { subject, organizationId, roles, scopes };
  }
}
