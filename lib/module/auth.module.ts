import {
  Global,
  Inject,
  Module,
  type DynamicModule,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { RoutePolicies } from '../guards/route-policies.js';
import {
  ConfigurableModuleClass,
  type ASYNC_OPTIONS_TYPE,
  type OPTIONS_TYPE,
} from './auth.module-definition.js';
import { AUTH_EXPORTS, AUTH_PROVIDERS, BOOT_CHECK } from './auth.providers.js';
import { checkBoot } from './boot-checks.js';
import { compileRoutes } from './compile-routes.js';

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
        return true;
      },
      inject: [ModulesContainer],
    },
    ...AUTH_PROVIDERS,
  ],
  exports: AUTH_EXPORTS,
})
export class AuthModule extends ConfigurableModuleClass implements OnApplicationBootstrap {
  constructor(
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
    @Inject(RoutePolicies) private readonly policies: RoutePolicies,
  ) {
    super();
  }

  /**
   * Configures the module with options that are known already.
   *
   * @throws {AuthConfigurationError} At boot, when the options are incomplete or open something by
   *   mistake.
   */
  static override forRoot(options: typeof OPTIONS_TYPE): DynamicModule {
    return super.forRoot(options);
  }

  /**
   * Configures the module with options that a factory makes: `useFactory` (with `inject`),
   * `useClass` or `useExisting` (an {@link AuthOptionsFactory}), from the modules in `imports`.
   *
   * @throws {AuthConfigurationError} At boot, as with `forRoot`, and when the factory depends on
   *   something request-scoped.
   */
  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    return super.forRootAsync(options);
  }

  onApplicationBootstrap(): void {
    compileRoutes(this.modules, this.policies);
  }
}
