import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import type { Transport } from '../../transports/transport.js';
import type { AuthModuleOptions } from './auth-options.js';

const CURE =
  'Give a list of what graphql(), webSockets() and microservices() make, each at most once: transports: [graphql()].';

/** @throws {AuthConfigurationError} */
export function resolveTransports({ transports = [] }: AuthModuleOptions): readonly Transport[] {
  const given: unknown = transports;
  if (!Array.isArray(given) || !given.every(isTransport)) {
    throw new AuthConfigurationError('transports', 'is no list of transports', CURE);
  }
  const types = new Set(given.map(({ type }) => type));
  if (types.size === given.length) return [...given];
  throw new AuthConfigurationError('transports', 'names one transport twice', CURE);
}

function isTransport(each: unknown): each is Transport {
  const { type, exchangeOf } = (each ?? {}) as Partial<Transport>;
  return typeof type === 'string' && typeof exchangeOf === 'function';
}
