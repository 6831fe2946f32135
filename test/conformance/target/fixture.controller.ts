import { Controller, Get, Post } from '@nestjs/common';
import { CurrentUser, Public, Roles, Scopes, type Principal } from 'nestjs-portcullis';

const seen = (user: Principal): object => ({ sub: user.subject, roles: user.roles });

/** The routes of the catalogue whose features exist. */
@Controller()
export class FixtureController {
  @Public()
  @Get('public')
  public(): object {
    return { public: true };
  }

  @Get('me')
  me(@CurrentUser() user: Principal): object {
    return seen(user);
  }

  @Roles('admin')
  @Get('admin')
  admin(@CurrentUser() user: Principal): object {
    return seen(user);
  }

  @Scopes('orders:read')
  @Get('orders')
  orders(@CurrentUser() user: Principal): object {
    return seen(user);
  }

  @Scopes('orders:write')
  @Post('orders')
  order(@CurrentUser() user: Principal): object {
    return seen(user);
  }
}
