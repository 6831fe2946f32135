import {
  Inject,
  Injectable,
  Optional,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { isObservable, map, Observable } from 'rxjs';
import { withRequest } from '../context/current-request.js';
import type { Scope } from '../context/request-scope.js';
import { authOf } from '../context/request-auth.js';
import { invocationsOf, isSubscription, messageOf } from '../transports/invocation.js';
import { rememberSubscribed } from '../transports/subscribed-field.js';
import { Standing } from './standing.js';
import { isAsyncIterable, Subscription } from './subscription.js';
import { Visit } from './visit.js';

/** Keeps a message at hand while it is handled, as a request of HTTP is. */
@Injectable()
export class MessageScopeInterceptor implements NestInterceptor {
  readonly #standing: Standing | undefined;

  constructor(@Optional() @Inject(Standing) standing?: Standing) {
    this.#standing = standing;
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const isSubscribed = isSubscription(context);
    if (isSubscribed) rememberSubscribed(context);
    const message = this.#standing && messageOf(context);
    const scope = message && authOf(message)?.messageScope;
    if (!scope) return next.handle();
    bindStream(context.getArgs(), scope);
    // What it answers with is made when it is subscribed to, and may be made then only.
    const answer = within(scope, () => withRequest(scope, () => next.handle()));
    const read = isSubscribed ? this.#readerOf(context, scope) : undefined;
    return read ? answer.pipe(map(read)) : answer;
  }

  /** What the handler of a subscription returns is read for as long as its caller may have it. */
  #readerOf(context: ExecutionContext, scope: Scope): ((value: unknown) => unknown) | undefined {
    const [call] = invocationsOf(context);
    const visit = call && authOf(call);
    const standing = this.#standing;
    if (!standing || !(visit instanceof Visit)) return;
    const { handler, exchange, requestId } = visit;
    const subscriber = {
      ...{ clock: standing.clock, lasting: standing.lasting },
      call: { handler, requestId, route: exchange.route },
      principal: () => visit.principal,
      within: <T>(work: () => T): T => withRequest(scope, work),
      failure: () => standing.failureOf(visit),
      refuse: visit.refuse.bind(visit),
    };
    return (value) => (isAsyncIterable(value) ? new Subscription(value, subscriber) : value);
  }
}

/** Nest keeps what came before the handler was there until it says so by this, which its decorator looks for. */
const DRAIN = 'drainBuffer';

/** What streams in comes from the connection, which is nobody's: each of it is handled as part of the call. */
function bindStream(args: unknown[], scope: Scope): void {
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
function within(scope: Scope, source: () => Observable<unknown>): Observable<unknown> {
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
