import type { Type } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import { MODULE_OPTIONS_TOKEN } from './auth.module-definition.js';
import { assertSingletonOptions } from './singleton-options.js';

/**
 * Checks how the application uses the module, before anything is made of its options.
 *
 * @throws {AuthConfigurationError}
 */
export function checkBoot(modules: ModulesContainer, authModule: Type): void {
  const roots = [...modules.values()].filter(
    ({ metatype }) => metatype === authModule || metatype.prototype instanceof authModule,
  );
  if (roots.length > 1) {
    throw new AuthConfigurationError(
      'AuthModule.forRoot',
      'is imported more than once',
      'Keep the one forRoot in the root module and import AuthModule nowhere else: its guards and what it exports are global already.',
    );
  }
  for (const root of roots) assertSingletonOptions(root, MODULE_OPTIONS_TOKEN);
}
