import {
  Global,
  Inject,
  Logger,
  Module,
  type DynamicModule,
  type NestModule,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
  type Type,
} from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost, ModuleRef, ModulesContainer } from '@nestjs/core';
import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import { RoutePolicies } from '../guards/route-policies.js';
import { AuthEvents } from '../observability/auth-events.js';
import { Services } from '../outbound/services.js';
import { Entrances } from '../pipeline/entrances.js';
import { JwksService } from '../verification/jwt/keys/jwks-service.js';
import {
  ConfigurableModuleClass,
  MODULE_OPTIONS_TOKEN,
  type ASYNC_OPTIONS_TYPE,
  type OPTIONS_TYPE,
} from './auth.module-definition.js';
import { assertAccepted } from './accepted-kinds.js';
import {
  AUTH_EXPORTS,
  AUTH_PROVIDERS,
  BOOT_CHECK,
  NAMED_KEYS,
  type NamedKeys,
} from './auth.providers.js';
import { checkBoot } from './boot-checks.js';
import { Reception } from './reception.js';
import { receiveRequests } from './request-context.js';
import { compileRoutes, handlersOf, identifyHandlers } from './controllers.js';
import { assertEnforced, decides } from './enforcement.js';
import { assertArguments, assertConnectionArguments } from './read-arguments.js';
import { assertConnectionsServed, assertServed } from './served.js';
import { assertNoParameters } from './gateway-parameters.js';
import { connectionsTo } from './gateways.js';
import { bindMessages } from './message-binding.js';
import { watchServers } from './message-servers.js';
import { Transports } from '../transports/transports.js';
import { LastingCalls } from '../transports/lasting-calls.js';
import { endCallsOfRevoked } from './revoked-calls.js';
import { tellOfCredentials } from './credential-events.js';
import { concealOptions } from './options/conceal-options.js';
import { containerOf } from './options/ports.js';
import type { ResolvedAuthOptions } from './options/resolve-options.js';
import { assertPortsProvided, assertProvided } from './provided-classes.js';
import { areFieldsGuarded } from './resolvers.js';
import { assertNoWarnings } from './report/assert-no-warnings.js';
import { AuthReport } from './report/auth-report.js';
import { RESOLVED_OPTIONS } from './tokens.js';
import { unknownTenantParameters } from './report/tenant-parameters.js';
import { globalGuardsOf } from './report/guarding.js';

const logger = new Logger('AuthModule');

/** How long an answer takes that nothing holds up any more, in milliseconds. */
const ANSWERS_LEAVE_MS = 20;

/**
 * Puts the portcullis before an application: every handler needs a valid credential unless it is
 * declared `@Public()`, and whatever `@Roles`, `@Permissions` and `@Scopes` require.
 *
 * Import it once, in the root module.
 *
 * @publicApi
 */
@Global()
@Module({
  providers: [
    {
      provide: BOOT_CHECK,
      useFactory: (modules: ModulesContainer) => {
        checkBoot(modules, AuthModule);
        identifyHandlers(modules);
        return true;
      },
      inject: [ModulesContainer],
    },
    ...AUTH_PROVIDERS,
  ],
  exports: AUTH_EXPORTS,
})
export class AuthModule
  extends ConfigurableModuleClass
  implements NestModule, OnModuleInit, OnApplicationBootstrap, OnModuleDestroy
{
  // Hidden from util.inspect: it leads to the options, and they to secrets.
  readonly #moduleRef: ModuleRef;
  #endTelling: () => void = () => undefined;
  #endWatching: () => void = () => undefined;
  #endServers: () => void = () => undefined;

  constructor(@Inject(ModuleRef) moduleRef: ModuleRef) {
    super();
    this.#moduleRef = moduleRef;
  }

  /**
   * Configures the module with options that are known already.
   *
   * @throws {AuthConfigurationError} At boot, when the options are incomplete or open something by
   *   mistake.
   */
  static override forRoot(options: typeof OPTIONS_TYPE): DynamicModule {
    return concealOptions(super.forRoot(options), MODULE_OPTIONS_TOKEN);
  }

  /**
   * Configures the module with options that a factory makes: `useFactory` (with `inject`),
   * `useClass` or `useExisting` (an {@link AuthOptionsFactory}), from the modules in `imports`.
   *
   * @throws {AuthConfigurationError} At boot, as with `forRoot`, and when the factory depends on
   *   something request-scoped.
   */
  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    if (!options.useFactory && !options.useClass && !options.useExisting) throw noFactory();
    return concealOptions(super.forRootAsync(options), MODULE_OPTIONS_TOKEN);
  }

  /** Middleware is collected after the application's own, and before the routes. */
  configure(): void {
    const modules = this.#get(ModulesContainer);
    // Those that functions make are there by now.
    identifyHandlers(modules);
    bindMessages(modules);
    receiveRequests(this.#get(HttpAdapterHost).httpAdapter, this.#get(Reception));
  }

  /** @throws {AuthConfigurationError} When keys are required at boot, and cannot be had. */
  async onModuleInit(): Promise<void> {
    const policies = this.#get(RoutePolicies);
    const modules = this.#get(ModulesContainer);
    compileRoutes(modules, policies);
    for (const each of handlersOf(modules)) {
      this.#get(Reception).reserve(Object.keys(policies.of(each)?.contextHeaders ?? {}));
    }
    const options = this.#get<ResolvedAuthOptions>(RESOLVED_OPTIONS);
    const transports = this.#get(Transports);
    assertServed(handlersOf(modules), policies, transports);
    assertConnectionsServed(connectionsTo(modules), policies, {
      transports,
      isGlobal: options.global,
    });
    assertNoParameters(connectionsTo(modules));
    assertArguments(handlersOf(modules), policies);
    assertConnectionArguments(connectionsTo(modules), policies);
    this.#get(Reception).assertKept();
    assertProvided(handlersOf(modules), policies, this.#moduleRef);
    assertPortsProvided(options, this.#moduleRef);
    const container = containerOf(this.#moduleRef);
    this.#endTelling = tellOfCredentials(options, this.#get(AuthEvents), container);
    const revocation = options.revocation?.in(container);
    this.#endWatching = endCallsOfRevoked(this.#get(LastingCalls), revocation);
    assertAccepted(handlersOf(modules), policies, this.#get(Entrances));
    await Promise.all(this.#keys().map((keys) => keys.hydrate()));
  }

  /** Before the server closes, so that no request which waits for keys holds it up. */
  async onModuleDestroy(): Promise<void> {
    this.#endTelling();
    this.#endWatching();
    this.#endServers();
    this.#get(Entrances).close();
    this.#get(Services).close();
    await Promise.all(this.#keys().map((keys) => keys.close()));
    // The answers to those requests leave before the server looks for connections that are idle.
    await new Promise((resolve) => setTimeout(resolve, ANSWERS_LEAVE_MS));
  }

  onApplicationBootstrap(): void {
    const modules = this.#get(ModulesContainer);
    const policies = this.#get(RoutePolicies);
    const options = this.#get<ResolvedAuthOptions>(RESOLVED_OPTIONS);
    const { global, authorization, tenant } = options;
    for (const each of options.transports) {
      each.assertReady?.(this.#get(ApplicationConfig), modules);
    }
    assertEnforced(handlersOf(modules), policies, {
      isGlobal: global || this.#isGuarded(),
      denyUndeclared: authorization.rules.denyUndeclared,
      areFieldsGuarded: areFieldsGuarded(modules),
    });
    const transports = this.#get(Transports);
    const served = { modules, policies, transports, isGlobal: global };
    this.#endServers = watchServers(served, (sentence) => {
      logger.warn(sentence);
    });
    if (authorization.strictReport) assertNoWarnings(this.#get(AuthReport));
    for (const name of unknownTenantParameters(tenant?.parameters ?? [], this.#get(AuthReport))) {
      logger.warn(`tenant.from: no route has a parameter ${name}, so none is measured by it`);
    }
  }

  /** Whether the application made our guards, or guards that extend them, its own global ones. */
  #isGuarded(): boolean {
    return globalGuardsOf(this.#get(ApplicationConfig)).some(decides);
  }

  #keys(): readonly JwksService[] {
    return [this.#get(JwksService), ...this.#get<NamedKeys>(NAMED_KEYS).values()];
  }

  #get<T>(token: Type<T> | symbol): T {
    return this.#moduleRef.get<T>(token, { strict: false });
  }
}

function noFactory(): AuthConfigurationError {
  return new AuthConfigurationError(
    'AuthModule.forRootAsync',
    'has nothing to make the options with',
    'Give useFactory, or useClass or useExisting with a class that has createAuthOptions().',
  );
}
