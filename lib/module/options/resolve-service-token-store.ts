import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import type { ServiceSettings } from '../../outbound/service.js';
import { assertStore, type StoreNeeds } from '../../stores/assert-store.js';
import type { KeyValueStore } from '../../stores/key-value-store.js';
import type { AuthModuleOptions } from './auth-options.js';

const NEEDS: StoreNeeds = {
  methods: ['get', 'set', 'setIfAbsent', 'delete'],
  cure: 'Give an object with the methods of a KeyValueStore: new RedisStore(client) of nestjs-portcullis/redis.',
};

/** @throws {AuthConfigurationError} When it is no store, or no service has tokens to put there. */
export function resolveServiceTokenStore(
  { serviceTokenStore: store }: AuthModuleOptions,
  services: readonly ServiceSettings[],
): KeyValueStore | undefined {
  if (store === undefined) return;
  assertStore('serviceTokenStore', store, NEEDS);
  if (services.some(({ tokens }) => tokens !== undefined)) return store;
  throw new AuthConfigurationError(
    'serviceTokenStore',
    'means nothing without a service that has tokens',
    'Leave it out, or give services.<name> an issuer and a clientId.',
  );
}
