import { Logger } from '@nestjs/common';
import type { RequestLogger } from '../request-log.js';
import type { AuthModuleOptions } from './auth-options.js';
import { assertFunction, assertObject, refuseUnknown } from './option-checks.js';

const CURE = 'Give true, or an object: requestLog: { logger }.';

/**
 * @returns `undefined` where requests are not logged.
 * @throws {AuthConfigurationError}
 */
export function resolveRequestLog({
  requestLog = false,
}: AuthModuleOptions): RequestLogger | undefined {
  if (requestLog === false) return;
  const options = requestLog === true ? {} : requestLog;
  assertObject('requestLog', options, CURE);
  refuseUnknown('requestLog', options, ['logger']);
  const logger = Object.hasOwn(options, 'logger') ? options.logger : undefined;
  if (logger === undefined) return new Logger('AuthRequest');
  assertObject('requestLog.logger', logger, 'Give an object with log(), or leave it out.');
  assertFunction('requestLog.logger.log', Reflect.get(logger, 'log'));
  return logger;
}
