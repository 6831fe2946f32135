import type { AuthError } from '../core/auth-error.js';
import type { RefusalCode } from '../core/refusal.js';

/** What a client may be told of a refusal. */
export interface PublicRefusal {
  readonly statusCode: number;
  /** The name of the status: `Unauthorized`, `Forbidden`, … */
  readonly error: string;
  readonly code: RefusalCode;
  readonly message: string;
}

/** Shapes what a client is told. Default: Nest's own shape plus `code`. */
export type RefusalBody = (refusal: PublicRefusal) => object;

const NAMES = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  503: 'Service Unavailable',
} as const;

/** What a client is told of a refusal, as the application shapes it. */
export function refusalBody(failure: AuthError, shape: RefusalBody): object {
  const { status, code, message, members } = failure;
  const shaped = shape({ message, error: NAMES[status], statusCode: status, code });
  // Whatever shape the body has, who looks for these finds them.
  return members ? { ...shaped, ...members } : shaped;
}
