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
    const within = <T>(work: () => T): T => withRequest(scope, work);
    const stream = { within, isOver: () => isOver(auth, this.#settings?.clock() ?? Infinity) };
    return within(() => next.handle()).pipe(map((value: unknown) => subscription(value, stream)));
  }
}

/** Who was let in with a token is told nothing any more when it has expired. */
function isOver(auth: RequestAuth, now: number): boolean {
  const { expiresAt } = auth.principal ?? {};
  if (expiresAt === undefined || now < expiresAt * 1000) return false;
  auth.refuse(new InvalidCredential('token_expired'));
  return true;
}
