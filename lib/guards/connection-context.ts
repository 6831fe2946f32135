import type { ContextType, ExecutionContext, Type } from '@nestjs/common';
import type { Target } from './visit.js';

type Contexts = {
  readonly [Name in 'switchToHttp' | 'switchToRpc' | 'switchToWs']: ReturnType<
    ExecutionContext[Name]
  >;
};

/* eslint-disable @typescript-eslint/no-unnecessary-type-parameters -- as Nest declares them */

/** A client that connects, for guards: Nest has no context for it. */
export class ConnectionContext implements ExecutionContext {
  readonly #target: Target;
  readonly #args: readonly unknown[];
  readonly #type: string;

  /** @param type What Nest calls the contexts of messages that come by the connection. */
  constructor(target: Target, client: object, type = 'ws') {
    this.#target = target;
    this.#type = type;
    this.#args = [client];
  }

  getClass<T>(): Type<T> {
    return this.#target.controller as Type<T>;
  }

  getHandler(): Target['handler'] {
    return this.#target.handler;
  }

  getArgs<T extends unknown[]>(): T {
    return [...this.#args] as T;
  }

  getArgByIndex<T>(index: number): T {
    return this.#args[index] as T;
  }

  getType<T extends string = ContextType>(): T {
    return this.#type as T;
  }

  switchToHttp(): Contexts['switchToHttp'] {
    const none = (): never => undefined as never;
    return { getRequest: none, getResponse: none, getNext: none };
  }

  switchToRpc(): Contexts['switchToRpc'] {
    const none = (): never => undefined as never;
    return { getData: none, getContext: none };
  }

  switchToWs(): Contexts['switchToWs'] {
    return {
      getClient: <T>(): T => this.#args[0] as T,
      getData: (): never => undefined as never,
      getPattern: () => this.#target.handler.name,
    };
  }
}
