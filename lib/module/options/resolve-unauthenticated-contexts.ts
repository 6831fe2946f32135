import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import { ENTRY_POINTS, isTransportType } from '../../transports/entry-points.js';
import type { AuthModuleOptions } from './auth-options.js';

const OPTION = 'unauthenticatedContexts';

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
    const cure = cureOf(type);
    if (cure === undefined) continue;
    throw new AuthConfigurationError(`${OPTION}: ${type}`, 'is one that callers come by', cure);
  }
  return new Set(given);
}

/** What else is to be done where AuthModule reads contexts of a kind itself; `undefined` for others. */
function cureOf(type: string): string | undefined {
  if (type === 'http')
    return 'Remove it, and declare @Public() on the handlers that let in whomever.';
  return isTransportType(type)
    ? `Remove it, and give transports: [${ENTRY_POINTS[type].call}].`
    : undefined;
}

function isType(each: unknown): each is string {
  return typeof each === 'string' && TYPE.test(each);
}
