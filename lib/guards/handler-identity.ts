import type { ExecutionContext } from '@nestjs/common';

type Handler = ReturnType<ExecutionContext['getHandler']>;

const IDENTITY = Symbol.for('nestjs-portcullis:handler-identity');

/**
 * Writes on a handler which function it is. Tracing agents wrap handlers when Nest sets up its
 * routes, and copy the metadata: the wrapper then tells what it wraps.
 */
export function identify(handler: Handler): void {
  Reflect.defineMetadata(IDENTITY, handler, handler);
}

/** The handler that a function is, or wraps. */
export function originalOf(handler: Handler): Handler {
  const original: unknown = Reflect.getOwnMetadata(IDENTITY, handler);
  return typeof original === 'function' ? original : handler;
}
