import { UnauthorizedException } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { JwtVerifier } from 'aws-jwt-verify';
import { SimpleJwksCache } from 'aws-jwt-verify/jwk';
import { Roles, RolesGuard } from './documentation-roles.mjs';

/** Its own fetcher speaks https only, and the issuer of the bench does not. The time limit is its own. */
const fetcher = {
  async fetch(uri) {
    const response = await fetch(uri, { signal: AbortSignal.timeout(3000) });
    if (!response.ok) throw new Error(`Status ${response.status}`);
    return response.arrayBuffer();
  },
};

class AuthGuard {
  constructor(issuer) {
    this.verifier = JwtVerifier.create(issuer, { jwksCache: new SimpleJwksCache({ fetcher }) });
  }

  async canActivate(context) {
    const request = context.switchToHttp().getRequest();
    const [type, token] = request.headers.authorization?.split(' ') ?? [];
    if (type !== 'Bearer' || !token) throw new UnauthorizedException();
    try {
      request.user = await this.verifier.verify(token);
    } catch {
      throw new UnauthorizedException();
    }
    return true;
  }
}

export function protect(controller, { issuer, audience, jwksUri }) {
  Roles('reader')(controller);
  return {
    providers: [
      { provide: APP_GUARD, useValue: new AuthGuard({ issuer, audience, jwksUri }) },
      { provide: APP_GUARD, useClass: RolesGuard },
    ],
  };
}
