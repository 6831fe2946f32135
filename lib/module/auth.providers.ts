import { Logger, type Provider } from '@nestjs/common';
import { APP_GUARD, Reflector } from '@nestjs/core';
import { BearerExtractor } from '../credential/bearer-extractor.js';
import { CookieExtractor } from '../credential/cookie-extractor.js';
import { AuthGuard } from '../guards/auth.guard.js';
import { Gate } from '../guards/gate.js';
import { RolesGuard } from '../guards/roles.guard.js';
import { RoutePolicies } from '../guards/route-policies.js';
import { AuthEvents } from '../observability/auth-events.js';
import { Authenticator } from '../pipeline/authenticator.js';
import { PrincipalMapper } from '../principal/principal-mapper.js';
import { JwtVerifier } from '../verification/jwt/jwt-verifier.js';
import { JwksService } from '../verification/jwt/keys/jwks-service.js';
import type { AuthModuleOptions } from './options/auth-options.js';
import { MODULE_OPTIONS_TOKEN } from './auth.module-definition.js';
import { logKeyFailure, logRefusals } from './log-refusals.js';
import { resolveOptions, type ResolvedAuthOptions } from './options/resolve-options.js';

/** The options, checked and complete. */
export const RESOLVED_OPTIONS = Symbol.for('nestjs-portcullis:resolved-options');

/** Set by the module itself, which the providers must not import. */
export const BOOT_CHECK = Symbol.for('nestjs-portcullis:boot-check');

const logger = new Logger('AuthModule');

/** The corridor, put together from the options. */
const CORRIDOR: readonly Provider[] = [
  {
    provide: RESOLVED_OPTIONS,
    useFactory: (_checked: true, options?: AuthModuleOptions) => resolveOptions(options),
    inject: [BOOT_CHECK, { token: MODULE_OPTIONS_TOKEN, optional: true }],
  },
  {
    provide: JwksService,
    useFactory: ({ issuers, clock }: ResolvedAuthOptions) =>
      new JwksService(issuers, { clock, report: logKeyFailure(logger) }),
    inject: [RESOLVED_OPTIONS],
  },
  {
    provide: Authenticator,
    useFactory: (
      { issuers, claimMaps, cookieName, clock }: ResolvedAuthOptions,
      jwks: JwksService,
    ) =>
      new Authenticator({
        extractors: [
          new BearerExtractor(),
          ...(cookieName === undefined ? [] : [new CookieExtractor(cookieName)]),
        ],
        verifiers: [new JwtVerifier(issuers, jwks, clock)],
        mapper: new PrincipalMapper(claimMaps),
      }),
    inject: [RESOLVED_OPTIONS, JwksService],
  },
  {
    provide: RoutePolicies,
    useFactory: (reflector: Reflector) => new RoutePolicies(reflector),
    inject: [Reflector],
  },
  {
    provide: Gate,
    useFactory: (policies: RoutePolicies, options: ResolvedAuthOptions) => {
      const { onEvent, styles, requestProperty } = options;
      const listeners = [logRefusals(logger), ...(onEvent ? [onEvent] : [])];
      const events = new AuthEvents(listeners, (failure) => {
        logger.error('onEvent failed', failure);
      });
      return new Gate(policies, { events, styles, requestProperty });
    },
    inject: [RoutePolicies, RESOLVED_OPTIONS],
  },
];

/** Global where the options say so, and overridable in tests: `overrideProvider(AuthGuard)` reaches them. */
const GUARDS: readonly Provider[] = [
  AuthGuard,
  RolesGuard,
  ...[AuthGuard, RolesGuard].map((guard) => ({
    provide: APP_GUARD,
    useFactory: (options: ResolvedAuthOptions, instance: AuthGuard | RolesGuard) =>
      options.global ? instance : undefined,
    inject: [RESOLVED_OPTIONS, guard],
  })),
];

export const AUTH_PROVIDERS: Provider[] = [...CORRIDOR, ...GUARDS];

/** What an application may inject, and what `@UseGuards(AuthGuard, RolesGuard)` needs in any module. */
export const AUTH_EXPORTS = [JwksService, Authenticator, Gate, AuthGuard, RolesGuard];
