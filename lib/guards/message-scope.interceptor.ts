import {
  Inject,
  Injectable,
  Optional,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { Observable } from 'rxjs';
import { withRequest } from '../context/current-request.js';
import { authOf } from '../context/request-auth.js';
import { messageOf } from '../transports/invocation.js';
import { MESSAGE_GUARDS, type MessageGuards } from './message.guard.js';

/** Keeps a message at hand while it is handled, as a request of HTTP is. */
@Injectable()
export class MessageScopeInterceptor implements NestInterceptor {
  readonly #settings: MessageGuards | undefined;

  constructor(@Optional() @Inject(MESSAGE_GUARDS) settings?: MessageGuards) {
    this.#settings = settings;
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const message = this.#settings && messageOf(context);
    const scope = message && authOf(message)?.messageScope;
    if (!scope) return next.handle();
    return withRequest(scope, () => next.handle());
  }
}
