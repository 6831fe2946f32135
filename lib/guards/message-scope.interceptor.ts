import {
  Inject,
  Injectable,
  Optional,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { isObservable, Observable } from 'rxjs';
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
    bindStream(context.getArgs(), scope);
    // What it answers with is made when it is subscribed to, and may be made then only.
    return within(scope, () => withRequest(scope, () => next.handle()));
  }
}

/** Nest keeps what came before the handler was there until it says so by this, which its decorator looks for. */
const DRAIN = 'drainBuffer';

/** What streams in comes from the connection, which is nobody's: each of it is handled as part of the call. */
function bindStream(args: unknown[], scope: MessageScope): void {
  const [payload] = args;
  if (!isObservable(payload)) return;
  const value: unknown = Reflect.get(payload, DRAIN);
  args[0] = Object.defineProperty(
    within(scope, () => payload),
    DRAIN,
    { value },
  );
}

/** A stream whose subscription, and all that it gives, is handled with the message at hand. */
function within(scope: MessageScope, source: () => Observable<unknown>): Observable<unknown> {
  return new Observable((subscriber) =>
    withRequest(scope, () =>
      source().subscribe({
        next: (value) => {
          withRequest(scope, () => {
            subscriber.next(value);
          });
        },
        error: (failure: unknown) => {
          subscriber.error(failure);
        },
        complete: () => {
          withRequest(scope, () => {
            subscriber.complete();
          });
        },
      }),
    ),
  );
}
