import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpAdapterHost } from '@nestjs/core';
import type { AnswerTable } from '../context/answer-id.js';
import { withRequest } from '../context/current-request.js';
import type { RequestScope } from '../context/request-scope.js';
import { hiddenNotes } from '../core/hidden-notes.js';
import type { Reception } from './reception.js';

type Hook = (
  request: { readonly raw: IncomingMessage },
  reply: AnswerTable & { readonly raw: ServerResponse },
  done: () => void,
) => void;

/** Of the Fastify adapter: an instance that calls hooks. */
interface Hooked {
  addHook(name: 'onRequest' | 'preHandler', hook: Hook): unknown;
}

/** From one hook of Fastify to the next. */
const scopes = hiddenNotes<RequestScope>();

/**
 * Receives each request, and opens its context before the guards: on Express as a middleware, on Fastify
 * as hooks, of which the one that opens the context runs after the body was read, for what reads it loses
 * the context.
 *
 * An application without HTTP, or with an adapter that nobody here knows, has nothing to receive.
 */
export function receiveRequests(
  adapter: HttpAdapterHost['httpAdapter'] | undefined,
  reception: Reception,
): void {
  if (adapter?.getType() === 'express') {
    adapter.use((request: IncomingMessage, response: ServerResponse, next: () => void) => {
      const scope = reception.receive(request, { raw: response });
      if (reception.keeps) withRequest(scope, next);
      else next();
    });
  } else if (adapter?.getType() === 'fastify') {
    receiveByHooks(adapter.getInstance<Hooked>(), reception);
  }
}

function receiveByHooks(fastify: Hooked, reception: Reception): void {
  fastify.addHook('onRequest', ({ raw }, reply, done) => {
    const scope = reception.receive(raw, { raw: reply.raw, table: reply });
    if (reception.keeps) scopes.set(raw, scope);
    done();
  });
  if (!reception.keeps) return;
  fastify.addHook('preHandler', ({ raw }, reply, done) => {
    withRequest(scopes.get(raw) ?? reception.receive(raw, { raw: reply.raw, table: reply }), done);
  });
}
