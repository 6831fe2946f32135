import type { IncomingMessage } from 'node:http';
import type { HttpAdapterHost } from '@nestjs/core';
import { withRequest } from '../context/current-request.js';

/** Of the Fastify adapter: an instance that calls hooks. */
interface Hooked {
  addHook(
    name: 'preHandler',
    hook: (request: { readonly raw: IncomingMessage }, reply: unknown, done: () => void) => void,
  ): unknown;
}

/**
 * Opens the context of each request before the guards: on Express as a middleware, on Fastify as a hook
 * that runs after the body was read, for what reads it loses the context.
 *
 * An application without HTTP, or with an adapter that nobody here knows, has nothing to open.
 */
export function keepRequestAtHand(adapter: HttpAdapterHost['httpAdapter'] | undefined): void {
  if (adapter?.getType() === 'express') {
    adapter.use((request: IncomingMessage, _response: unknown, next: () => void) => {
      withRequest(request, next);
    });
  } else if (adapter?.getType() === 'fastify') {
    adapter.getInstance<Hooked>().addHook('preHandler', ({ raw }, _reply, done) => {
      withRequest(raw, done);
    });
  }
}
