import { ForbiddenException, UnauthorizedException } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { createRemoteJWKSet, jwtVerify } from 'jose';

/**
 * The least a guard can do: whoever was verified once is looked up. It is a floor and no candidate:
 * it forgets nobody, neither when a token expires nor when its key is withdrawn.
 */
class CachedSynchronousGuard {
  #users = new Map();
  #checks;
  #keySet;

  constructor({ issuer, audience, jwksUri }) {
    this.#checks = { issuer, audience };
    this.#keySet = createRemoteJWKSet(new URL(jwksUri));
  }

  canActivate(context) {
    const request = context.switchToHttp().getRequest();
    const token = request.headers.authorization;
    const user = this.#users.get(token);
    return user ? this.#admit(request, user) : this.#verify(request, token);
  }

  async #verify(request, authorization = '') {
    let user;
    try {
      const token = authorization.slice('Bearer '.length);
      user = (await jwtVerify(token, this.#keySet, this.#checks)).payload;
    } catch {
      throw new UnauthorizedException();
    }
    this.#users.set(authorization, user);
    return this.#admit(request, user);
  }

  #admit(request, user) {
    if (!user.roles.includes('reader')) throw new ForbiddenException();
    request.user = user;
    return true;
  }
}

export function protect(_controller, issuer) {
  return { providers: [{ provide: APP_GUARD, useValue: new CachedSynchronousGuard(issuer) }] };
}
