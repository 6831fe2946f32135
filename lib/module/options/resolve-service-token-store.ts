import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import type { ServiceSettings } from '../../outbound/service.js';
import type { KeyValueStore } from '../../stores/key-value-store.js';
import type { AuthModuleOptions } from './auth-options.js';

/** What is asked of the store. */
const METHODS = ['get', 'set', 'setIfAbsent', 'delete'] as const;

/** @throws {AuthConfigurationError} When it is no store, or no service has tokens to put there. */
export function resolveServiceTokenStore(
  { serviceTokenStore: store }: AuthModuleOptions,
  services: readonly ServiceSettings[],
): KeyValueStore | undefined {
  if (store === undefined) return;
  const given: unknown = store;
  const isObject = typeof given === 'object' && given !== null;
  const missing = METHODS.find((name) => !isObject || typeof store[name] !== 'function');
  if (missing !== undefined) {
    const cure =
      'Give an object with the methods of a KeyValueStore: new RedisStore(client) of nestjs-portcullis/redis.';
    throw new AuthConfigurationError('serviceTokenStore', `has no method ${missing}`, cure);
  }
  if (services.some(({ tokens }) => tokens !== undefined)) return store;
  throw new AuthConfigurationError(
    'serviceTokenStore',
    'means nothing without a service that has tokens',
    'Leave it out, or give services.<name> an issuer and a clientId.',
  );
}
