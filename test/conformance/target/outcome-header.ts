import { AsyncLocalStorage } from 'node:async_hooks';
import type { ServerResponse } from 'node:http';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { AuthEvent } from 'nestjs-portcullis';

const HEADER = 'x-auth-code';

/** Adds the outcome of each request to its answer, which the module itself tells no client. */
export class OutcomeHeader implements NestInterceptor {
  readonly #responses = new AsyncLocalStorage<ServerResponse>();

  /** Goes on with a request; the events that come of it belong to its response. */
  open(response: ServerResponse, next: () => void): void {
    const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse;
    response.writeHead = (...args: unknown[]) => {
      const { statusCode } = response;
      if (!response.hasHeader(HEADER)) response.setHeader(HEADER, unguarded(args[0] ?? statusCode));
      return writeHead(...args);
    };
    this.#responses.run(response, next);
  }

  /** For option `onEvent`. A denial may follow an authentication; the last one counts. */
  readonly onEvent = (event: AuthEvent): void => {
    if ('reason' in event) this.#responses.getStore()?.setHeader(HEADER, event.reason);
  };

  /** An interceptor runs where the guards let a request through to its handler. */
  intercept(_context: ExecutionContext, next: CallHandler): ReturnType<CallHandler['handle']> {
    this.#responses.getStore()?.setHeader(HEADER, 'ok');
    return next.handle();
  }
}

/** No guard was asked: there is no such route, or the body could not be read. */
function unguarded(status: unknown): string {
  return status === 404 ? 'not_found' : 'body_parse';
}
