import type { IncomingMessage } from 'node:http';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';

/** Who sent a request, as the request itself says: what the context is held against. */
export interface Sender {
  readonly subject: string;
  readonly requestId: string;
  readonly request: IncomingMessage;
}

/** The header in which a client repeats whose token it sends. */
export const SENDER_HEADER = 'x-sender';

export function senderOf(context: ExecutionContext): Sender {
  const given = context.switchToHttp().getRequest<IncomingMessage & { raw?: IncomingMessage }>();
  const request = given.raw ?? given;
  const { headers } = request;
  return {
    subject: String(headers[SENDER_HEADER]),
    requestId: String(headers['x-request-id']),
    request,
  };
}

export const SentBy = createParamDecorator((_: unknown, context: ExecutionContext) =>
  senderOf(context),
);
