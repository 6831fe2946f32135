import type { Logger } from '@nestjs/common';
import { AuthError, AuthUnavailable } from '../core/auth-error.js';

/** Why the guards let a client not connect: whatever fails, nobody gets in by it. */
export function guardFailure(thrown: unknown, logger: Logger): AuthError {
  const { cause } = (thrown ?? {}) as { readonly cause?: unknown };
  for (const each of [thrown, cause]) if (each instanceof AuthError) return each;
  logger.error(
    `A guard failed: ${thrown instanceof Error ? thrown.name : 'for an unknown reason'}`,
  );
  return new AuthUnavailable('policy_failed', { cause: thrown, retryAfterSeconds: 1 });
}
