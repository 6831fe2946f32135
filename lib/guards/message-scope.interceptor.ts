import {
  Inject,
  Injectable,
  Optional,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { map, type Observable } from 'rxjs';
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
    const [given] = auth.request.header('x-request-id');
    const scope = new MessageScope(message, this.#settings.clock(), given);
    const within = <T>(work: () => T): T => withRequest(scope, work);
    return within(() => next.handle()).pipe(map((value: unknown) => streamWithin(value, within)));
  }
}

/** What a subscription of GraphQL yields is made later, when it is asked for. */
function streamWithin(value: unknown, within: <T>(work: () => T) => T): unknown {
  if (!isIterator(value)) return value;
  return {
    next: (...given: [] | [unknown]) => within(() => value.next(...given)),
    return: (given?: unknown) => within(() => value.return?.(given) ?? ended(given)),
    throw: (failure?: unknown) =>
      within(() => value.throw?.(failure) ?? Promise.reject(failure as Error)),
    [Symbol.asyncIterator]() {
      return this;
    },
  } satisfies AsyncIterableIterator<unknown>;
}

function ended(value: unknown): Promise<IteratorReturnResult<unknown>> {
  return Promise.resolve({ done: true, value });
}

function isIterator(value: unknown): value is AsyncIterableIterator<unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const { next, [Symbol.asyncIterator]: iterator } = value as Partial<
    AsyncIterableIterator<unknown>
  >;
  return typeof next === 'function' && typeof iterator === 'function';
}
