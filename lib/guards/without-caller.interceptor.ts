import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { outsideRequests } from '../context/current-request.js';

/**
 * Has the handlers of contexts that are declared to have no caller run outside of every request, whichever
 * opened the connection that they are called by.
 */
export class WithoutCallerInterceptor implements NestInterceptor {
  readonly #types: ReadonlySet<string>;

  /** @param types What Nest calls those contexts. */
  constructor(types: ReadonlySet<string>) {
    this.#types = types;
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (!this.#types.has(context.getType())) return next.handle();
    return outsideRequests(() => next.handle());
  }
}
