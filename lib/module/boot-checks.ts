import type { ModulesContainer } from '@nestjs/core';
import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import { MODULE_OPTIONS_TOKEN } from './auth.module-definition.js';
import { assertSingletonOptions } from './singleton-options.js';

/**
 * Checks how the application uses the module, before anything is made of its options.
 *
 * @throws {AuthConfigurationError}
 */
export function checkBoot(modules: ModulesContainer, authModule: object): void {
  const roots = [...modules.values()].filter(({ metatype }) => metatype === authModule);
  if (roots.length > 1) {
    throw new AuthConfigurationError(
      'AuthModule.forRoot',
      'is imported more than once',
      'Keep the one in the root module; the guards and what AuthModule exports are global already.',
    );
  }
  for (const root of roots) assertSingletonOptions(root, MODULE_OPTIONS_TOKEN);
}
