import { WsException } from '@nestjs/websockets';
import type { AuthError } from '../../core/auth-error.js';
import { refusalBody, type RefusalBody } from '../public-refusal.js';

const bodies = new WeakSet();

/** The refusal of a message. An object is sent as it is; to a text, Nest's filter would add what the client sent. */
export function messageRefusal(failure: AuthError, shape: RefusalBody): WsException {
  const body = refusalBody(failure, shape);
  bodies.add(body);
  const exception = new WsException(body);
  exception.message = failure.message;
  exception.cause = failure;
  return exception;
}

/** Whether it is what a message was refused with. */
export function isMessageRefusal(body: unknown): body is object {
  return typeof body === 'object' && body !== null && bodies.has(body);
}
