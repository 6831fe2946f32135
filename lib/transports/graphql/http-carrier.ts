import type { AuthError } from '../../core/auth-error.js';
import type { AuthRequest } from '../../core/auth-request.js';
import type { RefusalStyles } from '../exchange.js';
import type { FoundRequest } from '../field-call.js';
import { HttpExchange } from '../http/http-exchange.js';
import type { AdapterResponse } from '../http/refusal-headers.js';
import type { Carrier } from './carrier.js';

/** A request of HTTP that brought an operation. */
export class HttpCarrier implements Carrier {
  readonly #http: HttpExchange;
  /** What could not be set where there is no response at hand: Apollo on Fastify passes none. */
  readonly #left: Map<string, string>;

  private constructor(http: HttpExchange, left: Map<string, string>) {
    this.#http = http;
    this.#left = left;
  }

  static of(context: object, { request }: FoundRequest): HttpCarrier | undefined {
    const left = new Map<string, string>();
    const given = responseIn(context, request);
    const response: AdapterResponse = given
      ? ofAnyStatus(given)
      : {
          // One line for all (RFC 9110 section 5.3).
          setHeader: (name, value) => left.set(name.toLowerCase(), [value].flat().join(', ')),
        };
    const http = HttpExchange.between(request, response);
    return http && new HttpCarrier(http, left);
  }

  get shared(): object {
    return this.#http.key;
  }

  get request(): AuthRequest {
    return this.#http;
  }

  expose(property: string, value: unknown): void {
    this.#http.expose(property, value);
  }

  announce(
    failure: AuthError,
    styles: RefusalStyles,
    scopes: readonly string[],
  ): ReadonlyMap<string, string> {
    this.#http.refuse(failure, styles, scopes);
    return this.#left;
  }
}

/** The headers stay whatever the status: that of an answer says nothing of the refusals it holds. */
function ofAnyStatus(response: AdapterResponse): AdapterResponse {
  return {
    /** Asked when something is refused, which may be long after the answer has begun. */
    get headersSent() {
      return response.headersSent === true || response.sent === true;
    },
    setHeader: (name, value) =>
      response.setHeader ? response.setHeader(name, value) : response.header?.(name, value),
  };
}

/** Mercurius puts the reply into the context; Express puts the response on the request. */
function responseIn(context: object, request: object): AdapterResponse | undefined {
  const { reply } = context as { readonly reply?: unknown };
  const { res } = request as { readonly res?: unknown };
  return [reply, res].find(isResponse);
}

function isResponse(value: unknown): value is AdapterResponse {
  if (typeof value !== 'object' || value === null) return false;
  const response = value as Readonly<Record<keyof AdapterResponse, unknown>>;
  return typeof response.setHeader === 'function' || typeof response.header === 'function';
}
