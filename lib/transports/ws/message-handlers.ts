import type { WsMessageHandler } from '@nestjs/common';
import { isObservable, Observable } from 'rxjs';
import { withRequest } from '../../context/current-request.js';
import { MessageScope } from '../../context/message-scope.js';
import type { Clock } from '../../core/clock.js';
import { whenReady } from '../../core/maybe-promise.js';
import { sessionOf } from './socket-session.js';
import { WsExchange } from './ws-exchange.js';

type Handle = (...given: unknown[]) => unknown;

/** What its sender calls a message: no library says. */
const UNNAMED: readonly string[] = [];

/** The handlers of a client's messages, each message a call of its own, by the credential that counts when it comes. */
export function scopedHandlers(
  client: object,
  handlers: readonly WsMessageHandler[],
  clock: Clock,
): WsMessageHandler[] {
  return handlers.map((each) => {
    const handle = each.callback as Handle;
    const callback = (...given: unknown[]): unknown => {
      const session = sessionOf(client);
      // A socket that is closing may send for a while.
      if (!session?.isOpen) return;
      const exchange = new WsExchange(session, session.request, given[0]);
      const scope = new MessageScope(exchange, clock(), UNNAMED);
      const result = withRequest(scope, () => handle(...given));
      return whenReady(result, (answer) => (isObservable(answer) ? within(scope, answer) : answer));
    };
    return { ...each, callback: callback as WsMessageHandler['callback'] };
  });
}

/** Nest fills parameters and calls handlers when somebody subscribes, which adapters do elsewhere. */
function within(scope: MessageScope, answers: Observable<unknown>): Observable<unknown> {
  return new Observable((subscriber) => withRequest(scope, () => answers.subscribe(subscriber)));
}
