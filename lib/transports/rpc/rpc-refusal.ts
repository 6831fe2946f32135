import { RpcException } from '@nestjs/microservices';
import type { AuthError } from '../../core/auth-error.js';
import type { GrpcMetadata } from '../grpc-call.js';
import { refusalBody, type RefusalBody } from '../public-refusal.js';

/** The codes of gRPC: INVALID_ARGUMENT, UNAUTHENTICATED, PERMISSION_DENIED, NOT_FOUND, UNAVAILABLE. */
const GRPC_CODES = { 400: 3, 401: 16, 403: 7, 404: 5, 503: 14 } as const;

/** Where a client of gRPC finds the code of the refusal. */
const CODE = 'error-code';

/** What Nest's clients are given as the error: its `status` is what Nest itself says. */
export function messageRefusal(failure: AuthError, shape: RefusalBody): RpcException {
  return caused(new RpcException({ status: 'error', ...refusalBody(failure, shape) }), failure);
}

/**
 * A status of gRPC; its trailer has the code.
 *
 * @param received Those of the call: another of the same make is sent.
 */
export function grpcRefusal(failure: AuthError, received: GrpcMetadata): RpcException {
  const { message, status } = failure;
  const metadata = new (received.constructor as new () => GrpcMetadata)();
  metadata.set(CODE, failure.code);
  return caused(new RpcException({ code: GRPC_CODES[status], message, metadata }), failure);
}

/**
 * For filters of the application: it is sent to nobody. Nest logs what an event is refused with, and the
 * cause of a cause may hold what was received: by a getter, it is not shown.
 */
function caused(exception: RpcException, cause: AuthError): RpcException {
  return Object.defineProperty(exception, 'cause', { get: () => cause, configurable: true });
}
