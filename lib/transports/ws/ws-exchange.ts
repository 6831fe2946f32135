import type { ExecutionContext } from '@nestjs/common';
import type { WsException } from '@nestjs/websockets';
import { currentScope } from '../../context/current-request.js';
import type { AuthError } from '../../core/auth-error.js';
import type { AuthRequest } from '../../core/auth-request.js';
import type { PropertyPath } from '../../core/property-path.js';
import type { Exchange, RefusalStyles } from '../exchange.js';
import { messageRefusal } from './message-refusal.js';

/** What a client wants: to connect, or to be heard. */
export interface SocketCall {
  readonly client: object;
  readonly request: AuthRequest;
  readonly payload?: unknown;
  readonly expose: (property: string, value: unknown) => unknown;
  /** Told of every refusal. */
  readonly onRefusal?: (failure: AuthError) => void;
}

/** One message of a client, or its wish to connect. */
export class WsExchange implements Exchange {
  readonly transport = 'ws';
  readonly #call: SocketCall;

  constructor(call: SocketCall) {
    this.#call = call;
  }

  /** The one that is under way where a guard is asked; `undefined` where that is another client's. */
  static of(context: ExecutionContext): WsExchange | undefined {
    const exchange = currentScope()?.request;
    if (!(exchange instanceof WsExchange)) return;
    return exchange.#call.client === context.getArgByIndex(0) ? exchange : undefined;
  }

  get key(): object {
    return this;
  }

  get shared(): object {
    return this;
  }

  get request(): AuthRequest {
    return this.#call.request;
  }

  argument(path: PropertyPath): unknown {
    return path.read({ payload: this.#call.payload });
  }

  expose(property: string, value: unknown): void {
    this.#call.expose(property, value);
  }

  refuse(failure: AuthError, { http }: RefusalStyles): WsException {
    this.#call.onRefusal?.(failure);
    return messageRefusal(failure, http.body);
  }
}
