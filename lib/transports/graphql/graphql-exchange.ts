import type { ExecutionContext } from '@nestjs/common';
import type { AuthError } from '../../core/auth-error.js';
import type { AuthRequest } from '../../core/auth-request.js';
import type { PropertyPath } from '../../core/property-path.js';
import type { Exchange, RefusalStyles } from '../exchange.js';
import { fieldCallOf, isHandshake, isRootOf, requestIn, type FieldCall } from '../field-call.js';
import type { Carrier } from './carrier.js';
import { Connection } from './connection.js';
import { GraphqlRefusal } from '../graphql-refusal.js';
import { HttpCarrier } from './http-carrier.js';

/** Those that change nothing: a mutation does, whatever the method of the request. */
const SAFE_OPERATIONS: readonly unknown[] = ['query', 'subscription'];

/** A call of a resolver, and what brought it. */
export class GraphqlExchange implements Exchange {
  readonly transport = 'graphql';
  readonly #call: FieldCall;
  readonly #carrier: Carrier;

  private constructor(call: FieldCall, carrier: Carrier) {
    this.#call = call;
    this.#carrier = carrier;
  }

  /** @returns `undefined` where it cannot be told which request brought it, or what kind of operation. */
  static of(execution: ExecutionContext): GraphqlExchange | undefined {
    const call = fieldCallOf(execution);
    if (!call || !isOfItsOperation(call.info)) return;
    const carrier = carrierOf(call);
    return carrier && new GraphqlExchange(call, carrier);
  }

  get key(): object {
    return this.#call.key;
  }

  get shared(): object {
    return this.#carrier.shared;
  }

  get request(): AuthRequest {
    return this.#carrier.request;
  }

  get route(): string | undefined {
    const { parentType, fieldName } = this.#call.info;
    const type = parentType?.name;
    return type === undefined || fieldName === undefined ? undefined : `${type}.${fieldName}`;
  }

  get isSafe(): boolean {
    return SAFE_OPERATIONS.includes(this.#call.info.operation?.operation);
  }

  get whyMissing(): string | undefined {
    return this.#carrier.whyMissing;
  }

  argument(path: PropertyPath): unknown {
    return path.read({ args: this.#call.args });
  }

  expose(property: string, value: unknown): void {
    this.#carrier.expose(property, value);
  }

  refuse(failure: AuthError, styles: RefusalStyles, scopes: readonly string[]): GraphqlRefusal {
    const headers = this.#carrier.announce(failure, styles, scopes);
    return new GraphqlRefusal(failure, styles.http.body, headers);
  }
}

/** A root field of another kind than the operation that is at hand would be measured by the wrong one. */
function isOfItsOperation(info: FieldCall['info']): boolean {
  return info.path?.prev !== undefined || isRootOf(info, info.operation?.operation);
}

function carrierOf(call: FieldCall): Carrier | undefined {
  const found = requestIn(call.context);
  if (!found) return;
  return isHandshake(found.raw) ? Connection.of(call, found) : HttpCarrier.of(call.context, found);
}
