import { UnauthorizedException } from '@nestjs/common';
import { APP_GUARD, Reflector } from '@nestjs/core';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { Roles, RolesGuard } from './documentation-roles.mjs';

const IS_PUBLIC_KEY = 'isPublic';

/**
 * https://docs.nestjs.com/security/authentication, with jose's remote key set in the place of
 * `JwtService`. That every failure becomes a 401 is the page's doing too.
 */
class AuthGuard {
  constructor(reflector, { issuer, audience, jwksUri }) {
    this.reflector = reflector;
    this.checks = { issuer, audience };
    this.keySet = createRemoteJWKSet(new URL(jwksUri));
  }

  async canActivate(context) {
    const isPublic = this.reflector.getAllAndOverride(IS_PUBLIC_KEY, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (isPublic) return true;
    const request = context.switchToHttp().getRequest();
    const token = this.extractTokenFromHeader(request);
    if (!token) throw new UnauthorizedException();
    try {
      const { payload } = await jwtVerify(token, this.keySet, this.checks);
      request.user = payload;
    } catch {
      throw new UnauthorizedException();
    }
    return true;
  }

  extractTokenFromHeader(request) {
    const [type, token] = request.headers.authorization?.split(' ') ?? [];
    return type === 'Bearer' ? token : undefined;
  }
}

export function protect(controller, issuer) {
  Roles('reader')(controller);
  const authGuard = {
    provide: APP_GUARD,
    useFactory: (reflector) => new AuthGuard(reflector, issuer),
    inject: [Reflector],
  };
  return { providers: [authGuard, { provide: APP_GUARD, useClass: RolesGuard }] };
}
