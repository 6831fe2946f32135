import type { Logger } from '@nestjs/common';
import { AuthError, AuthUnavailable } from '../core/auth-error.js';
import { nameOfThrown } from './name-of-thrown.js';

/** Why the guards let a client not connect: whatever fails, nobody gets in by it. */
export function guardFailure(thrown: unknown, logger: Logger): AuthError {
  const { cause } = (thrown ?? {}) as { readonly cause?: unknown };
  for (const each of [thrown, cause]) if (each instanceof AuthError) return each;
  logger.error(
    `A client was turned away: a guard failed by ${nameOfThrown(thrown)}. Look at what is put in the place of AuthGuard and RolesGuard, and at the policies declared on handleConnection and its class.`,
  );
  return new AuthUnavailable('policy_failed', { cause: thrown, retryAfterSeconds: 1 });
}
