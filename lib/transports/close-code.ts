import type { AuthError } from '../core/auth-error.js';

/** RFC 6455 section 7.4.2: codes from 4000 on are the application's. */
const CLOSE_CODES = 4000;

/** With which code a socket is closed, beside the public code as its reason: 4401, 4403, 4503. */
export function closeCodeOf({ status }: AuthError): number {
  return CLOSE_CODES + status;
}
