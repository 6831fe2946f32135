import { ForbiddenException, type ExecutionContext } from '@nestjs/common';
import type { AuthError } from '../core/auth-error.js';
import type { Exchange, RefusalStyles } from './exchange.js';
import { HttpExchange } from './http/http-exchange.js';
import type { Transport } from './transport.js';

/** HTTP, and whatever else an application is reached by. */
export class Transports {
  readonly #others: ReadonlyMap<string, Transport>;

  readonly #withoutCaller: ReadonlySet<string>;

  /** @param withoutCaller The kinds of contexts whose handlers run without a caller. */
  constructor(others: readonly Transport[], withoutCaller: ReadonlySet<string> = new Set()) {
    this.#withoutCaller = withoutCaller;
    this.#others = new Map(others.map((each) => [each.type, each]));
  }

  /** Whether requests of a kind can be read and answered: `http`, `graphql`, `ws`, `rpc`. */
  serves(type: string): boolean {
    return type === 'http' || this.#others.has(type);
  }

  /** Whether handlers of a kind of context run without a caller, because the application says so. */
  isWithoutCaller(type: string): boolean {
    return this.#withoutCaller.has(type);
  }

  /** @returns `undefined` for a kind of context that no transport here knows: it is to be refused. */
  exchangeOf(context: ExecutionContext): Exchange | undefined {
    const type: string = context.getType();
    if (type === 'http') return HttpExchange.of(context);
    return this.#others.get(type)?.exchangeOf(context);
  }

  /** The refusal of what no exchange answers: where the transport is unknown, an exception that Nest turns into an error on any. */
  refuse(context: ExecutionContext, failure: AuthError, styles: RefusalStyles): Error {
    const own = this.#others.get(context.getType())?.refuse?.(failure, styles);
    return own ?? new ForbiddenException(failure.message, { cause: failure });
  }

  /** For the log: how nobody can call by a server that brings messages, and what to do about it. */
  warningsOf(server: unknown): readonly string[] {
    return [...this.#others.values()].flatMap((each) => each.warningOf?.(server) ?? []);
  }

  /** For the log: what to do where a context of a kind holds no request. */
  cureOf(context: ExecutionContext): string | undefined {
    return this.#others.get(context.getType())?.cure;
  }
}
