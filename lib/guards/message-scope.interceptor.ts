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
import { removeWrittenSince } from '../context/inbound-headers.js';
import { authOf, forgetAuth, rememberAuth } from '../context/request-auth.js';
import type { Scope } from '../context/request-scope.js';
import type { AuthError } from '../core/auth-error.js';
import { whenReady, type MaybePromise } from '../core/maybe-promise.js';
import { fieldCallOf, requestIn } from '../transports/field-call.js';
import { invocationsOf, isSubscription, messageOf } from '../transports/invocation.js';
import { rememberSubscribed } from '../transports/subscribed-field.js';
import { Standing } from './standing.js';
import { isAsyncIterable, Subscription, type Subscriber } from './subscription.js';
import { labelOf, Visit } from './visit.js';

/** Keeps a message at hand while it is handled, as a request of HTTP is. */
@Injectable()
export class MessageScopeInterceptor implements NestInterceptor {
  readonly #standing: Standing | undefined;

  constructor(@Optional() @Inject(Standing) standing?: Standing) {
    this.#standing = standing;
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const isSubscribed = isSubscription(context);
    if (isSubscribed) begin(context);
    const message = this.#standing && messageOf(context);
    if (!message) return next.handle();
    const scope = authOf(message)?.messageScope;
    const read = isSubscribed ? this.#readerOf(context, message) : undefined;
    if (scope) bindStream(context.getArgs(), scope);
    // What it answers with is made when it is subscribed to, and may be made then only.
    const answer = scope
      ? within(scope, () => withRequest(scope, () => next.handle()))
      : next.handle();
    return read ? answer.pipe(map(read)) : answer;
  }

  /** What the handler of a subscription returns is read for as long as its caller may have it. */
  #readerOf(context: ExecutionContext, message: object): ((value: unknown) => unknown) | undefined {
    const standing = this.#standing;
    if (!standing) return;
    const [call] = invocationsOf(context);
    const visit = call && authOf(call);
    const subscriber = visit instanceof Visit ? subscriberOf(visit, standing) : nobody(context);
    const { clock, lasting } = standing;
    const failure = (): MaybePromise<AuthError | undefined> =>
      whenReady(subscriber.failure(), (found) => {
        // Fields of the value before may have found out who is calling, when that still held.
        if (visit) rememberAuth(message, visit);
        else forgetAuth(message);
        return found;
      });
    const reader = { ...subscriber, clock, lasting, failure };
    return (value) => (isAsyncIterable(value) ? new Subscription(value, reader) : value);
  }
}

type Reader = Omit<Subscriber, 'clock' | 'lasting'>;

function subscriberOf(visit: Visit, standing: Standing): Reader {
  const { handler, exchange, requestId, messageScope: scope } = visit;
  return {
    call: { handler, requestId, route: exchange.route },
    principal: () => visit.principal,
    within: (work) => (scope ? withRequest(scope, work) : work()),
    failure: () => standing.failureOf(visit),
    refuse: visit.end.bind(visit),
  };
}

/** Where no guard was asked: the guards of its fields are, for each value. */
function nobody(context: ExecutionContext): Reader {
  const target = { controller: context.getClass(), handler: context.getHandler() };
  return {
    call: { handler: labelOf(target), requestId: undefined, route: undefined },
    principal: () => undefined,
    within: (work) => work(),
    failure: () => undefined,
    refuse: (failure) => failure,
  };
}

/** Done past guards as well that are none of ours. */
function begin(context: ExecutionContext): void {
  rememberSubscribed(context);
  const call = fieldCallOf(context);
  const found = call && requestIn(call.context);
  if (found) removeWrittenSince(found.raw);
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
