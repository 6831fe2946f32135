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
import { authOf, type RequestAuth } from '../context/request-auth.js';
import { InvalidCredential } from '../core/auth-error.js';
import { messageOf } from '../transports/invocation.js';
import { subscription } from './subscription.js';
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
    const scope = auth?.messageScope;
    if (!this.#settings || !auth || !scope) return next.handle();
    bindStream(context.getArgs(), scope);
    const stream = {
      within: <T>(work: () => T): T => withRequest(scope, work),
      isOver: () => isOver(auth, this.#settings?.clock() ?? Infinity),
    };
    // What it answers with is made when it is subscribed to, and may be made then only.
    const answer = within(scope, () => withRequest(scope, () => next.handle()));
    return answer.pipe(map((value: unknown) => subscription(value, stream)));
  }
}

/** Who was let in with a token is told nothing any more when it has expired. */
function isOver(auth: RequestAuth, now: number): boolean {
  const { expiresAt } = auth.principal ?? {};
  if (expiresAt === undefined || now < expiresAt * 1000) return false;
  auth.refuse(new InvalidCredential('token_expired'));
  return true;
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
