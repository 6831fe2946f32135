import type { IncomingMessage } from 'node:http';

/** The request itself, as Express passes it, or the one it holds, as Fastify does. */
export function rawRequest(request: unknown): IncomingMessage | undefined {
  if (isIncomingMessage(request)) return request;
  if (typeof request !== 'object' || request === null || !('raw' in request)) return;
  return isIncomingMessage(request.raw) ? request.raw : undefined;
}

/** A stream with headers: no payload a client could send has methods. */
function isIncomingMessage(value: unknown): value is IncomingMessage {
  if (typeof value !== 'object' || value === null) return false;
  const { on, headers } = value as Partial<IncomingMessage>;
  return typeof on === 'function' && typeof headers === 'object';
}
