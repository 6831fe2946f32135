import { registerAs } from '@nestjs/config';
import { authOptionsFromEnv } from '../environment/auth-options-from-env.js';

/**
 * The options of `AuthModule` from the environment, as the namespace `auth` of `@nestjs/config`:
 * `AuthModule.forRootAsync(authConfig.asProvider())`, or `config.getOrThrow('auth')` of a
 * `ConfigService` that loaded it.
 *
 * @see authOptionsFromEnv for the variables
 * @publicApi
 */
export const authConfig = registerAs('auth', () => authOptionsFromEnv());
