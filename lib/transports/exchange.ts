import type { ServerResponse } from 'node:http';
import type { AuthError } from '../core/auth-error.js';
import type { AuthRequest } from '../core/auth-request.js';
import type { Principal } from '../core/principal.js';
import type { PropertyPath } from '../core/property-path.js';
import type { HttpRefusalStyle } from './http/http-refusal.js';

/** How refusals look, per transport. */
export interface RefusalStyles {
  readonly http: HttpRefusalStyle;
}

/** A request and the way to answer it, on whatever transport Nest is serving. */
export interface Exchange {
  /** The one object that stands for this call of a handler, in guards, parameters and the handler alike. */
  readonly key: object;
  /** What all calls share that one request brings: of GraphQL, several fields; of an event, several handlers; everywhere else, the key itself. */
  readonly shared: object;
  readonly request: AuthRequest;
  /** `http`, `graphql`, `ws`, `rpc`. */
  readonly transport: string;
  /** What was called, as the application declares it: `GET /orders/:id`, `ws chat`, `rpc {"cmd":"sum"}`, `Query.posts`. */
  readonly route: string | undefined;
  /** Whether a refusal ends what others do with the same request, unless they have begun. Default: `false`. */
  readonly isJoined?: boolean | undefined;
  /** Whether the call is one that changes nothing; where that is not known, the method of the request tells. */
  readonly isSafe?: boolean | undefined;
  /** What is answered with, where an answer may take its time: over HTTP. */
  readonly response?: ServerResponse | undefined;
  /** For the log: why a credential that the client sent may not be here. */
  readonly whyMissing?: string | undefined;
  /** An argument of the request, own properties only: `params.id`, `query.page`, `body.owner`. */
  argument(path: PropertyPath): unknown;
  /** Puts a value where other packages look for it on a request. */
  expose(property: string, value: unknown): void;
  /** Told who is calling, before the handler is called: for what outlives the call. */
  recognize?(principal: Principal): void;
  /**
   * The refusal in the currency of the transport: an exception to throw, answer headers already set.
   *
   * @param scopes Every scope of the operation.
   */
  refuse(failure: AuthError, styles: RefusalStyles, scopes: readonly string[]): Error;
}
