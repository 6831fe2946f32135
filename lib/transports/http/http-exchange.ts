import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExecutionContext, HttpException } from '@nestjs/common';
import type { AuthError } from '../../core/auth-error.js';
import type { AuthRequest } from '../../core/auth-request.js';
import { ownProperty } from '../../core/own-property.js';
import type { PropertyPath } from '../../core/property-path.js';
import { headerValues } from './header-values.js';
import { httpRefusal, type HttpRefusalStyle } from './http-refusal.js';
import { rawRequest } from './raw-request.js';
import { setRefusalHeaders, type AdapterResponse } from './refusal-headers.js';

/** What Express passes is Node's own request; what Fastify passes holds it. */
type AdapterRequest = IncomingMessage | (object & { readonly raw: IncomingMessage });

/** What both adapters have parsed by the time guards run. */
interface Arguments {
  readonly params?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
}

/** Where both adapters tell which route it is: of Express, and of Fastify. */
interface Routed {
  readonly route?: { readonly path?: unknown };
  readonly routeOptions?: { readonly url?: unknown };
}

/** A request over HTTP and its response, through the Express or the Fastify adapter. */
export class HttpExchange implements AuthRequest {
  readonly key: IncomingMessage;
  readonly transport = 'http';
  readonly #request: AdapterRequest;
  readonly #response: AdapterResponse;

  private constructor(request: AdapterRequest, raw: IncomingMessage, response: AdapterResponse) {
    this.key = raw;
    this.#request = request;
    this.#response = response;
  }

  /** @returns `undefined` when the context calls itself HTTP and holds no such request. */
  static of(context: ExecutionContext): HttpExchange | undefined {
    // As `switchToHttp` has it, which makes three functions each time it is asked.
    const response: unknown = context.getArgByIndex(1);
    if (typeof response !== 'object' || response === null) return;
    return HttpExchange.between(context.getArgByIndex(0), response);
  }

  /** @returns `undefined` when what is given is no request of either adapter. */
  static between(request: unknown, response: AdapterResponse): HttpExchange | undefined {
    const raw = rawRequest(request);
    return raw && new HttpExchange(request as AdapterRequest, raw, response);
  }

  get shared(): object {
    return this.key;
  }

  get request(): AuthRequest {
    return this;
  }

  /** Node's own. */
  get response(): ServerResponse {
    const { raw = this.#response }: { readonly raw?: unknown } = this.#response;
    return raw as ServerResponse;
  }

  get method(): string | undefined {
    return this.key.method?.toUpperCase();
  }

  get route(): string | undefined {
    const { route, routeOptions } = this.#request as AdapterRequest & Routed;
    const path = routeOptions?.url ?? route?.path;
    return typeof path === 'string' ? `${this.method ?? ''} ${path}` : undefined;
  }

  get remoteAddress(): string | undefined {
    const { ip } = this.#request as { readonly ip?: unknown };
    return typeof ip === 'string' ? ip : this.key.socket.remoteAddress;
  }

  get host(): string | undefined {
    const { hostname } = this.#request as { readonly hostname?: unknown };
    return typeof hostname === 'string' ? hostname : undefined;
  }

  header(name: string): readonly string[] {
    return headerValues(this.key, name);
  }

  parameter(name: string): unknown {
    const { params } = this.#request as AdapterRequest & Arguments;
    return typeof params === 'object' && params !== null ? ownProperty(params, name) : undefined;
  }

  argument(path: PropertyPath): unknown {
    const { params, query, body } = this.#request as AdapterRequest & Arguments;
    return path.read({ params, query, body });
  }

  expose(property: string, value: unknown): void {
    try {
      // `Reflect.set`, which would not throw, takes longer than all the rest of letting a request in.
      (this.#request as unknown as Record<string, unknown>)[property] = value;
    } catch {
      // Somebody made it read-only: it is theirs.
    }
  }

  refuse(
    failure: AuthError,
    styles: { readonly http: HttpRefusalStyle },
    scopes: readonly string[],
  ): HttpException {
    const { exception, headers } = httpRefusal(failure, styles.http, scopes);
    // What is refused after the answer has begun, in a stream or a job, is told to whoever asked, alone.
    if (this.#hasBegun()) return exception;
    setRefusalHeaders(this.#response, failure.status, headers);
    return exception;
  }

  #hasBegun(): boolean {
    const { headersSent, sent } = this.#response;
    return headersSent === true || sent === true;
  }
}
