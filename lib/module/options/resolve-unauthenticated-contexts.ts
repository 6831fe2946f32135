import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import type { AuthModuleOptions } from './auth-options.js';

const OPTION = 'unauthenticatedContexts';

/** What Nest calls the contexts of requests that AuthModule reads itself, and what serves them. */
const SERVED: ReadonlyMap<string, string> = new Map([
  ['http', 'Remove it, and declare @Public() on the handlers that let in whomever.'],
  ['graphql', 'Remove it, and give transports: [graphql()].'],
  ['ws', 'Remove it, and give transports: [webSockets()].'],
  ['rpc', 'Remove it, and give transports: [microservices()].'],
]);

/** As packages call their contexts. */
const TYPE = /^[\w.:-]{1,64}$/;

/** @throws {AuthConfigurationError} When one is read by AuthModule, which could tell who is calling. */
export function resolveUnauthenticatedContexts({
  unauthenticatedContexts = [],
}: AuthModuleOptions): ReadonlySet<string> {
  const given: unknown = unauthenticatedContexts;
  if (!Array.isArray(given) || !given.every(isType)) {
    const cure = `Give a list of what their packages call them: ${OPTION}: ['rmq'].`;
    throw new AuthConfigurationError(OPTION, 'is no list of types of contexts', cure);
  }
  for (const type of given) {
    const cure = SERVED.get(type);
    if (cure === undefined) continue;
    throw new AuthConfigurationError(`${OPTION}: ${type}`, 'is one that callers come by', cure);
  }
  return new Set(given);
}

function isType(each: unknown): each is string {
  return typeof each === 'string' && TYPE.test(each);
}
