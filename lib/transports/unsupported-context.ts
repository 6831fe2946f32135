import { ForbiddenException } from '@nestjs/common';
import type { AuthError } from '../core/auth-error.js';

/**
 * The refusal where the transport is unknown, and with it the way to answer: nothing but an
 * exception, which Nest turns into an error on any transport.
 */
export function unsupportedContext(failure: AuthError): Error {
  return new ForbiddenException(failure.message, { cause: failure });
}
