import type { LoggerService } from '@nestjs/common';
import type { RefusalReason } from '../core/refusal.js';
import type { AuthEvent, AuthEventListener, DeniedEvent } from '../observability/auth-event.js';

/**
 * Logs why requests were refused: at `debug` what is the caller's affair, at `error` an outage.
 *
 * Codes, reasons and the name of the handler are constants of the program; of a cause only our own
 * messages are taken, which hold nothing that was received.
 */
export function logRefusals(logger: LoggerService): AuthEventListener {
  return (event: AuthEvent) => {
    switch (event.type) {
      case 'auth.authenticated':
        return;
      case 'auth.denied':
        logDenial(logger, event);
        return;
      case 'auth.unavailable': {
        const why = event.cause instanceof Error ? `: ${event.cause.message}` : '';
        logger.error(`${event.handler} unavailable: ${event.reason}${why}`);
      }
    }
  };
}

/** Warns of an issuer that does not answer, while known keys may still make up for it. */
export function logKeyFailure(logger: LoggerService): (failure: unknown) => void {
  return (failure) => {
    const why = failure instanceof Error ? failure.message : 'for an unknown reason';
    logger.warn(`Keys could not be fetched; those already known stay in use for an hour: ${why}`);
  };
}

/** What the guards do not know is the application's affair, and would be looked for in vain at `debug`. */
const OURS = new Set<RefusalReason>(['unknown_handler', 'unsupported_context']);

function logDenial(logger: LoggerService, { handler, reason, detail }: DeniedEvent): void {
  const line = `${handler} denied: ${reason}${explained(detail)}`;
  if (OURS.has(reason)) logger.warn(line);
  else logger.debug?.(line);
}

function explained(detail: string | undefined): string {
  return detail === undefined ? '' : `: ${detail}`;
}
