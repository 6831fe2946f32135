import { Logger, type Provider } from '@nestjs/common';
import { ApplicationConfig, ModuleRef, ModulesContainer } from '@nestjs/core';
import { AuthGuard } from '../guards/auth.guard.js';
import { AuthService } from '../guards/auth-service.js';
import { Gate } from '../guards/gate.js';
import { MESSAGE_GUARDS } from '../guards/message.guard.js';
import { PolicyService } from '../guards/policy-service.js';
import { RolesGuard } from '../guards/roles.guard.js';
import { RoutePolicies } from '../guards/route-policies.js';
import { Standing } from '../guards/standing.js';
import type { AuthEventListener, AuthEventSubscriber } from '../observability/auth-event.js';
import { AuthEvents } from '../observability/auth-events.js';
import { Authenticator } from '../pipeline/authenticator.js';
import { Entrances } from '../pipeline/entrances.js';
import { Tenancy, type TenantValidator } from '../pipeline/tenancy.js';
import { PrincipalMapper } from '../principal/principal-mapper.js';
import { UserAttacher, type UserLoader } from '../principal/user-attacher.js';
import { UserCache } from '../principal/user-cache.js';
import { DynamicIssuers } from '../verification/jwt/dynamic-issuers.js';
import { FixedIssuers } from '../verification/jwt/issuer-registry.js';
import type { JwtIssuer } from '../verification/jwt/jwt-issuer.js';
import { JwksService } from '../verification/jwt/keys/jwks-service.js';
import { credentialKindsOf } from './credential-kinds.js';
import type { ConcealedOptions } from './options/conceal-options.js';
import { MODULE_OPTIONS_TOKEN } from './auth.module-definition.js';
import { MESSAGE_PROVIDERS } from './message.providers.js';
import { CALLER_PROVIDERS } from './caller.providers.js';
import { GUARD_PROVIDERS } from './guard.providers.js';
import { OUTBOUND_PROVIDERS } from './outbound.providers.js';
import { logEvents } from './log-events.js';
import { discoverProviders } from './options/discover-providers.js';
import { containerOf, type Container, type Port } from './options/ports.js';
import { resolveOptions, type ResolvedAuthOptions } from './options/resolve-options.js';
import type { ResolvedTenant } from './options/resolve-tenant.js';
import { Reception } from './reception.js';
import { AuthReport } from './report/auth-report.js';
import { RESOLVED_OPTIONS } from './tokens.js';
import { TRANSPORT_PROVIDERS } from './transport.providers.js';

/** Set by the module itself, which the providers must not import. */
export const BOOT_CHECK = Symbol.for('nestjs-portcullis:boot-check');

const logger = new Logger('AuthModule');

/** The keys of JWTs of another purpose, by what they are called. */
export type NamedKeys = ReadonlyMap<string, JwksService>;

/** @see NamedKeys */
export const NAMED_KEYS = Symbol.for('nestjs-portcullis:named-keys');

/** The corridor, put together from the options. */
const CORRIDOR: readonly Provider[] = [
  {
    provide: RESOLVED_OPTIONS,
    useFactory: async (_checked: true, options?: ConcealedOptions) =>
      resolveOptions(await discoverProviders(options?.reveal())),
    inject: [BOOT_CHECK, { token: MODULE_OPTIONS_TOKEN, optional: true }],
  },
  {
    provide: AuthEvents,
    useFactory: ({ onEvent }: ResolvedAuthOptions, container: ModuleRef) => {
      const listeners = onEvent ? [listenerOf(onEvent, containerOf(container))] : [];
      const onFailure = (failure: unknown): void => {
        logger.error('onEvent failed', failure);
      };
      return new AuthEvents(listeners, onFailure, logEvents(logger));
    },
    inject: [RESOLVED_OPTIONS, ModuleRef],
  },
  {
    provide: JwksService,
    useFactory: (options: ResolvedAuthOptions, events: AuthEvents) =>
      keysOf(options.issuers, options, events),
    inject: [RESOLVED_OPTIONS, AuthEvents],
  },
  {
    provide: DynamicIssuers,
    useFactory: (options: ResolvedAuthOptions, jwks: JwksService, container: ModuleRef) => {
      const { dynamicIssuers, clock } = options;
      const { resolver, settings, fetch, read } = dynamicIssuers;
      return new DynamicIssuers({
        ...{ settings, fetch, read, jwks, clock },
        fixed: new FixedIssuers(options.issuers),
        resolve: (name) => resolver.in(containerOf(container)).resolve(name),
        onFailure: (failure) => {
          logger.error(`dynamicIssuers.resolve failed: ${nameOf(failure)}`);
        },
      });
    },
    inject: [RESOLVED_OPTIONS, JwksService, ModuleRef],
  },
  {
    provide: NAMED_KEYS,
    useFactory: (options: ResolvedAuthOptions, events: AuthEvents): NamedKeys =>
      new Map(
        options.credentials.flatMap(({ kind, issuer }) =>
          issuer ? [[kind, keysOf([issuer], options, events)] as const] : [],
        ),
      ),
    inject: [RESOLVED_OPTIONS, AuthEvents],
  },
  {
    provide: Entrances,
    useFactory: (
      options: ResolvedAuthOptions,
      ...[jwks, dynamicIssuers, namedJwks, container]: [
        JwksService,
        DynamicIssuers,
        NamedKeys,
        ModuleRef,
      ]
    ) => {
      const onFailure = (what: string, failure: unknown): void => {
        logger.error(`${what} failed: ${nameOf(failure)}`);
      };
      const parts = { options, jwks, dynamicIssuers, namedJwks, container, onFailure };
      return new Entrances(credentialKindsOf(parts));
    },
    inject: [RESOLVED_OPTIONS, JwksService, DynamicIssuers, NAMED_KEYS, ModuleRef],
  },
  {
    provide: UserCache,
    useFactory: ({ principal, clock }: ResolvedAuthOptions) =>
      new UserCache({ ...principal.cache, clock }),
    inject: [RESOLVED_OPTIONS],
  },
  {
    provide: PrincipalMapper,
    useFactory: ({ claimMaps, authorization }: ResolvedAuthOptions) =>
      new PrincipalMapper(claimMaps, authorization.roleModel),
    inject: [RESOLVED_OPTIONS],
  },
  {
    provide: Tenancy,
    useFactory: (
      { tenant }: ResolvedAuthOptions,
      ...[container, mapper]: [ModuleRef, PrincipalMapper]
    ) => tenant && tenancyOf(tenant, containerOf(container), mapper),
    inject: [RESOLVED_OPTIONS, ModuleRef, PrincipalMapper],
  },
  {
    provide: Authenticator,
    useFactory: (
      { authorization, principal }: ResolvedAuthOptions,
      ...[entrances, mapper, cache, container, tenancy]: AuthenticatorParts
    ) => {
      const { loader, timeoutMs } = principal;
      const roles = authorization.roleModel;
      const load = loader && lateBound(loader, containerOf(container));
      return new Authenticator({
        entrances,
        mapper,
        rules: authorization.rules,
        tenancy,
        users: load && new UserAttacher({ loader: load, cache, roles, timeoutMs }),
      });
    },
    inject: [RESOLVED_OPTIONS, Entrances, PrincipalMapper, UserCache, ModuleRef, Tenancy],
  },
  {
    provide: Reception,
    useFactory: (options: ResolvedAuthOptions) =>
      new Reception(options, (failure) => {
        logger.error(`requestLog.logger failed: ${nameOf(failure)}`);
      }),
    inject: [RESOLVED_OPTIONS],
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

type AuthenticatorParts = [Entrances, PrincipalMapper, UserCache, ModuleRef, Tenancy | undefined];

/** As with loaders: the container has the validator's instance when the first request comes. */
function tenancyOf(tenant: ResolvedTenant, container: Container, mapper: PrincipalMapper): Tenancy {
  const { validator: port } = tenant;
  const validator: TenantValidator | undefined = port && {
    validate: (principal, tenantId) => port.in(container).validate(principal, tenantId),
  };
  return new Tenancy({ ...tenant, validator }, mapper);
}

function keysOf(
  issuers: readonly JwtIssuer[],
  { clock, keySets: settings, fetch }: ResolvedAuthOptions,
  events: AuthEvents,
): JwksService {
  return new JwksService(issuers, {
    clock,
    settings,
    fetch,
    emit: (event) => {
      events.emit(event);
    },
  });
}

/** As with loaders; it is looked up once. */
function listenerOf(port: Port<AuthEventSubscriber>, container: Container): AuthEventListener {
  let subscriber: AuthEventSubscriber | undefined;
  return (event) => (subscriber ??= port.in(container)).onEvent(event);
}

/** The container has its instance when the first request comes, and maybe not before. */
function lateBound(loader: Port<UserLoader>, container: Container): UserLoader {
  return {
    load: (principal) => loader.in(container).load(principal),
    authorities: (user, principal) => {
      const bound = loader.in(container);
      return bound.authorities ? bound.authorities(user, principal) : {};
    },
  };
}

/** A message may quote what a client sent. */
function nameOf(failure: unknown): string {
  return failure instanceof Error ? failure.name : 'for an unknown reason';
}

export const AUTH_PROVIDERS: Provider[] = [
  ...CORRIDOR,
  ...OUTBOUND_PROVIDERS,
  ...GUARD_PROVIDERS,
  ...MESSAGE_PROVIDERS,
  ...TRANSPORT_PROVIDERS,
  ...CALLER_PROVIDERS,
];

/** What an application may inject, and what `@UseGuards(AuthGuard, RolesGuard)` needs in any module. */
export const AUTH_EXPORTS = [
  JwksService,
  DynamicIssuers,
  UserCache,
  AuthService,
  PolicyService,
  AuthReport,
  Authenticator,
  Gate,
  AuthGuard,
  RolesGuard,
  MESSAGE_GUARDS,
  Standing,
];
