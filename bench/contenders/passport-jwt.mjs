import { APP_GUARD } from '@nestjs/core';
import { AuthGuard, PassportModule, PassportStrategy } from '@nestjs/passport';
import { passportJwtSecret } from 'jwks-rsa';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { Roles, RolesGuard } from './documentation-roles.mjs';

/** The example that jwks-rsa gives for passport-jwt, with the limit of requests that it recommends. */
function strategyFor({ issuer, audience, jwksUri }) {
  return class JwtStrategy extends PassportStrategy(Strategy) {
    constructor() {
      super({
        jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
        secretOrKeyProvider: passportJwtSecret({
          cache: true,
          rateLimit: true,
          jwksRequestsPerMinute: 5,
          jwksUri,
        }),
        issuer,
        audience,
        algorithms: ['RS256', 'ES256'],
      });
    }

    validate(payload) {
      return payload;
    }
  };
}

export function protect(controller, issuer) {
  Roles('reader')(controller);
  return {
    imports: [PassportModule],
    providers: [
      { provide: 'JwtStrategy', useClass: strategyFor(issuer) },
      { provide: APP_GUARD, useClass: AuthGuard('jwt') },
      { provide: APP_GUARD, useClass: RolesGuard },
    ],
  };
}
