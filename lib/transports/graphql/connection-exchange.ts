import type { ExecutionContext } from '@nestjs/common';
import type { AuthError } from '../../core/auth-error.js';
import type { AuthRequest } from '../../core/auth-request.js';
import type { Exchange, RefusalStyles } from '../exchange.js';
import { GraphqlRefusal } from '../graphql-refusal.js';

/** Of what is refused where there is no answer of HTTP to set them on. */
export const NO_HEADERS: ReadonlyMap<string, string> = new Map();

/** The wish of a client to connect, before it sends operations. */
export class ConnectionExchange implements Exchange {
  readonly transport = 'graphql';
  readonly route = undefined;
  /** To connect changes nothing: what operations do is measured for each of them. */
  readonly isSafe = true;
  readonly request: AuthRequest;

  constructor(request: AuthRequest) {
    this.request = request;
  }

  /** @returns `undefined` for the call of a resolver. */
  static of(context: ExecutionContext): ConnectionExchange | undefined {
    const client: unknown = context.getArgByIndex(0);
    return client instanceof ConnectionExchange ? client : undefined;
  }

  get key(): object {
    return this;
  }

  get shared(): object {
    return this;
  }

  argument(): undefined {
    return undefined;
  }

  expose(): void {
    // Each operation shows its own caller.
  }

  refuse(failure: AuthError, { http }: RefusalStyles): GraphqlRefusal {
    return new GraphqlRefusal(failure, http.body, NO_HEADERS);
  }
}
