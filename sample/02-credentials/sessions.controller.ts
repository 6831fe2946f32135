import type { ServerResponse } from 'node:http';
import { Controller, Get, HttpCode, Post, Res } from '@nestjs/common';
import { Accepts, Credentials, CurrentUser, type Credential } from 'nestjs-portcullis';
import { sessionCookie } from './session-cookie.js';
import { Sessions } from './sessions.js';
import type { User } from './user.js';

@Controller()
@Accepts('session')
export class SessionsController {
  constructor(private readonly sessions: Sessions) {}

  /** The only place for passwords. Limit the rate of this route: each attempt costs a hash. */
  @Post('login')
  @Accepts('basic')
  @HttpCode(200)
  async logIn(
    @CurrentUser() user: User,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<User> {
    response.setHeader('Set-Cookie', sessionCookie(await this.sessions.open(user)));
    return user;
  }

  @Post('logout')
  @HttpCode(204)
  async logOut(
    @Credentials() credential: Credential,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<void> {
    await this.sessions.close(credential.value);
    response.setHeader('Set-Cookie', sessionCookie());
  }

  @Get('profile')
  profile(@CurrentUser() user: User): User {
    return user;
  }
}
