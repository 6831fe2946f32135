import type { LoggerService } from '@nestjs/common';
import type { AuthEvent, AuthEventListener } from '../observability/auth-event.js';

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
        logger.debug?.(`${event.handler} denied: ${event.reason}${explained(event.detail)}`);
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

function explained(detail: string | undefined): string {
  return detail === undefined ? '' : `: ${detail}`;
}
