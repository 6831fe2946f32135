import {
  Inject,
  Injectable,
  Optional,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { whenReady } from '../core/maybe-promise.js';

/** What stands before the handlers of messages of one application, in its order. */
export interface MessageGuards {
  readonly guards: readonly CanActivate[];
  /** Whether Nest called them already, as its global guards. */
  readonly hasLetIn: (context: ExecutionContext) => boolean;
}

/** `undefined` where an application puts its guards itself. */
export const MESSAGE_GUARDS = Symbol.for('nestjs-portcullis:message-guards');

/** What Nest hands its global guards in any case. */
const REQUESTS = new Set<string>(['http', 'graphql']);

/**
 * Stands before the handlers of messages, to which Nest may hand no global guard: those of gateways on
 * Nest 11, and of microservices in a hybrid application. An application that imports no `AuthModule`
 * and has the same classes is none of its business.
 */
@Injectable()
export class MessageGuard implements CanActivate {
  readonly #settings: MessageGuards | undefined;

  constructor(@Optional() @Inject(MESSAGE_GUARDS) settings?: MessageGuards) {
    this.#settings = settings;
  }

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const isGuarded = REQUESTS.has(context.getType()) || this.#settings?.hasLetIn(context);
    return isGuarded === true || this.#activate(context, 0);
  }

  #activate(context: ExecutionContext, index: number): boolean | Promise<boolean> {
    const guard = this.#settings?.guards[index];
    if (!guard) return true;
    const verdict = guard.canActivate(context) as boolean | Promise<boolean>;
    return whenReady(verdict, (isLetIn) => isLetIn && this.#activate(context, index + 1));
  }
}
