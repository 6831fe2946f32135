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
import { MessageScope } from '../context/message-scope.js';
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
    const auth = message && authOf(message);
    if (!this.#settings || !auth) return next.handle();
    const given = auth.request.header('x-request-id');
    const scope = new MessageScope(message, this.#settings.clock(), given);
    return withRequest(scope, () => next.handle());
  }
}
