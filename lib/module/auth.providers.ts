import { Logger, type Provider, type Type } from '@nestjs/common';
import { APP_GUARD, ApplicationConfig, ModuleRef, ModulesContainer, Reflector } from '@nestjs/core';
import { BearerExtractor } from '../credential/bearer-extractor.js';
import { CookieExtractor } from '../credential/cookie-extractor.js';
import type { CredentialExtractor } from '../credential/credential-extractor.js';
import { AuthGuard } from '../guards/auth.guard.js';
import { Gate } from '../guards/gate.js';
import { Judge } from '../guards/judge.js';
import { PolicyService } from '../guards/policy-service.js';
import { RolesGuard } from '../guards/roles.guard.js';
import { RoutePolicies } from '../guards/route-policies.js';
import { AuthEvents } from '../observability/auth-events.js';
import { Authenticator } from '../pipeline/authenticator.js';
import { PrincipalMapper } from '../principal/principal-mapper.js';
import type { CredentialVerifier } from '../verification/credential-verifier.js';
import { CachingJwtVerifier } from '../verification/jwt/caching-jwt-verifier.js';
import { JwtVerifier } from '../verification/jwt/jwt-verifier.js';
import { JwksService } from '../verification/jwt/keys/jwks-service.js';
import type { ConcealedOptions } from './options/conceal-options.js';
import { MODULE_OPTIONS_TOKEN } from './auth.module-definition.js';
import { logEvents } from './log-events.js';
import { resolveOptions, type ResolvedAuthOptions } from './options/resolve-options.js';
import { AuthReport } from './report/auth-report.js';

/** The options, checked and complete. */
export const RESOLVED_OPTIONS = Symbol.for('nestjs-portcullis:resolved-options');

/** Set by the module itself, which the providers must not import. */
export const BOOT_CHECK = Symbol.for('nestjs-portcullis:boot-check');

const logger = new Logger('AuthModule');

/** The corridor, put together from the options. */
const CORRIDOR: readonly Provider[] = [
  {
    provide: RESOLVED_OPTIONS,
    useFactory: (_checked: true, options?: ConcealedOptions) => resolveOptions(options?.reveal()),
    inject: [BOOT_CHECK, { token: MODULE_OPTIONS_TOKEN, optional: true }],
  },
  {
    provide: AuthEvents,
    useFactory: ({ onEvent }: ResolvedAuthOptions) => {
      const listeners = [logEvents(logger), ...(onEvent ? [onEvent] : [])];
      return new AuthEvents(listeners, (failure) => {
        logger.error('onEvent failed', failure);
      });
    },
    inject: [RESOLVED_OPTIONS],
  },
  {
    provide: JwksService,
    useFactory: ({ issuers, clock, keySets }: ResolvedAuthOptions, events: AuthEvents) =>
      new JwksService(issuers, {
        clock,
        settings: keySets,
        emit: (event) => {
          events.emit(event);
        },
      }),
    inject: [RESOLVED_OPTIONS, AuthEvents],
  },
  {
    provide: Authenticator,
    useFactory: (options: ResolvedAuthOptions, jwks: JwksService) =>
      new Authenticator({
        extractors: extractorsOf(options),
        verifiers: [jwtVerifierOf(options, jwks)],
        mapper: new PrincipalMapper(options.claimMaps, options.authorization.roleModel),
      }),
    inject: [RESOLVED_OPTIONS, JwksService],
  },
  {
    provide: RoutePolicies,
    useFactory: (reflector: Reflector, { authorization }: ResolvedAuthOptions) =>
      new RoutePolicies(reflector, authorization.roleMap),
    inject: [Reflector, RESOLVED_OPTIONS],
  },
  {
    provide: Judge,
    useFactory: (
      events: AuthEvents,
      { authorization: { rules, policyTimeoutMs } }: ResolvedAuthOptions,
      container: ModuleRef,
    ) =>
      new Judge({
        events,
        rules,
        timeoutMs: policyTimeoutMs,
        instanceOf: (token) => container.get<unknown>(token as Type, { strict: false }),
      }),
    inject: [AuthEvents, RESOLVED_OPTIONS, ModuleRef],
  },
  {
    provide: PolicyService,
    useFactory: ({ authorization, styles }: ResolvedAuthOptions, container: ModuleRef) =>
      new PolicyService({
        rules: authorization.rules,
        style: styles.http,
        instanceOf: (token) => container.get<unknown>(token as Type, { strict: false }),
      }),
    inject: [RESOLVED_OPTIONS, ModuleRef],
  },
  {
    provide: Gate,
    useFactory: (
      { styles, requestProperty, authorization: { rules } }: ResolvedAuthOptions,
      ...[policies, events, judge]: [RoutePolicies, AuthEvents, Judge]
    ) => new Gate(policies, { events, styles, requestProperty, rules, judge }),
    inject: [RESOLVED_OPTIONS, RoutePolicies, AuthEvents, Judge],
  },
  {
    provide: AuthReport,
    useFactory: (
      options: ResolvedAuthOptions,
      ...[policies, modules, config]: [RoutePolicies, ModulesContainer, ApplicationConfig]
    ) => new AuthReport({ policies, modules, config, options }),
    inject: [RESOLVED_OPTIONS, RoutePolicies, ModulesContainer, ApplicationConfig],
  },
];

function extractorsOf({ cookieName }: ResolvedAuthOptions): readonly CredentialExtractor[] {
  const cookie = cookieName === undefined ? [] : [new CookieExtractor(cookieName)];
  return [new BearerExtractor(), ...cookie];
}

function jwtVerifierOf(options: ResolvedAuthOptions, jwks: JwksService): CredentialVerifier {
  const { issuers, clock, tokenCache: settings } = options;
  const verifier = new JwtVerifier(issuers, { jwks, clock });
  return settings ? new CachingJwtVerifier({ verifier, jwks, clock, settings }) : verifier;
}

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
export const AUTH_EXPORTS = [
  JwksService,
  PolicyService,
  AuthReport,
  Authenticator,
  Gate,
  AuthGuard,
  RolesGuard,
];
