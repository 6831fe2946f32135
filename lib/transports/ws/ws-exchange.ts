import type { ExecutionContext } from '@nestjs/common';
import type { WsException } from '@nestjs/websockets';
import { currentScope } from '../../context/current-request.js';
import type { AuthError } from '../../core/auth-error.js';
import type { AuthRequest } from '../../core/auth-request.js';
import type { Principal } from '../../core/principal.js';
import type { PropertyPath } from '../../core/property-path.js';
import { declaredPattern } from '../declared-pattern.js';
import type { Exchange, RefusalStyles } from '../exchange.js';
import { messageRefusal } from './message-refusal.js';

/** Whose a message is, or a wish to connect. */
export interface Caller {
  readonly client: object;
  /** Puts a value where the users of its library look for it. */
  expose(property: string, value: unknown): void;
  /** Told who is authenticated, and by what request, before anything else is decided. */
  learn(principal: Principal, request: AuthRequest): void;
  /** Told of every refusal, and of what was refused. */
  notice(failure: AuthError, request: AuthRequest): void;
}

/** One message of a client, or its wish to connect. */
export class WsExchange implements Exchange {
  readonly transport = 'ws';
  readonly request: AuthRequest;
  readonly #caller: Caller;
  readonly #payload: unknown;
  #handler: object | undefined;

  constructor(caller: Caller, request: AuthRequest, payload?: unknown) {
    this.#caller = caller;
    this.request = request;
    this.#payload = payload;
  }

  /** The one that is under way where a guard is asked; `undefined` where that is another client's. */
  static of(context: ExecutionContext): WsExchange | undefined {
    const exchange = currentScope()?.request;
    if (!(exchange instanceof WsExchange)) return;
    if (exchange.#caller.client !== context.getArgByIndex(0)) return;
    exchange.#handler = context.getHandler();
    return exchange;
  }

  get route(): string | undefined {
    const pattern = this.#handler && declaredPattern(this.#handler);
    return pattern === undefined ? undefined : `ws ${pattern}`;
  }

  get key(): object {
    return this;
  }

  get shared(): object {
    return this;
  }

  argument(path: PropertyPath): unknown {
    return path.read({ payload: this.#payload });
  }

  expose(property: string, value: unknown): void {
    this.#caller.expose(property, value);
  }

  recognize(principal: Principal): void {
    this.#caller.learn(principal, this.request);
  }

  refuse(failure: AuthError, { http }: RefusalStyles): WsException {
    this.#caller.notice(failure, this.request);
    return messageRefusal(failure, http.body);
  }
}
