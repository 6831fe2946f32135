import { HttpException } from '@nestjs/common';
import type { AuthError } from '../core/auth-error.js';
import { refusalBody, type RefusalBody } from './public-refusal.js';

/** What clients of GraphQL look for. */
const CODES = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  503: 'SERVICE_UNAVAILABLE',
} as const;

/** What goes with an error of GraphQL. */
interface Extensions {
  readonly code: (typeof CODES)[keyof typeof CODES];
  /** What HTTP would have answered, where Nest puts that of its own exceptions. */
  readonly originalError: object;
  /** For whoever sends the answer over HTTP; Apollo keeps it to itself. */
  readonly http: { readonly status: number; readonly headers?: ReadonlyMap<string, string> };
}

/**
 * A refusal, of which `graphql` makes an error with these extensions. It is an exception of Nest: what
 * Nest does not know for one, an error of `graphql` included, it logs with its stack, whenever a client
 * wants it to.
 */
export class GraphqlRefusal extends HttpException {
  readonly extensions: Extensions;
  /** For Mercurius, which answers with it where there is nothing but this error. */
  readonly statusCode: number;

  /** @param headers Those that are left for the driver to set. */
  constructor(failure: AuthError, shape: RefusalBody, headers: ReadonlyMap<string, string>) {
    const { status, message } = failure;
    super(message, status, { cause: failure });
    this.name = new.target.name;
    this.statusCode = status;
    this.extensions = {
      code: CODES[status],
      originalError: refusalBody(failure, shape),
      http: headers.size === 0 ? { status } : { status, headers },
    };
    // Apollo tells it clients, unless it is in production.
    this.stack = `${this.name}: ${message}`;
  }
}
