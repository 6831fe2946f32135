import type { AuthError } from '../../core/auth-error.js';
import type { AuthRequest } from '../../core/auth-request.js';
import { hiddenNotes } from '../../core/hidden-notes.js';
import type { PropertyPath } from '../../core/property-path.js';
import { declaredPattern } from '../declared-pattern.js';
import type { Exchange, RefusalStyles } from '../exchange.js';
import { isGrpcCall, isMetadata, type GrpcMetadata } from '../grpc-call.js';
import { textsByName, transportHeaders, userProperties } from './message-headers.js';
import { takeHeaders } from './payload-headers.js';
import { closeQuietly } from './refused-stream.js';
import { remoteAddressOf } from './remote-address.js';
import { grpcRefusal, messageRefusal } from './rpc-refusal.js';

/** Where Nest keeps whether a handler is one of messages or of events, and what it says of those. */
const [HANDLER_TYPE, EVENT] = ['microservices:handler_type', 2];

/** A message, as Nest passes it to guards. */
export interface ReceivedMessage {
  /** What stands for this call of a handler, of which an event may have several. */
  readonly key: object;
  /** What stands for the message: its context, or of gRPC the metadata or the call. */
  readonly shared: object;
  /** What its sender says: a message of gRPC too, or a stream of them. */
  readonly payload: unknown;
  /** Of gRPC. */
  readonly call: unknown;
  readonly handler: object;
}

/** A message of a microservice, and its answer, where it has one. */
export class RpcExchange implements Exchange, AuthRequest {
  readonly key: object;
  readonly shared: object;
  readonly transport = 'rpc';
  readonly method = undefined;
  readonly host = undefined;
  readonly #message: ReceivedMessage;
  readonly #metadata: GrpcMetadata | undefined;
  readonly #headers: ReadonlyMap<string, readonly string[]>;

  /** @param path Where in the payload the headers are, on transports that have none. */
  constructor(message: ReceivedMessage, path: PropertyPath | undefined) {
    const { key, shared } = message;
    this.key = key;
    this.shared = shared;
    this.#message = message;
    this.#metadata = metadataOf(shared);
    this.#headers = headersOf(message, path);
  }

  get route(): string | undefined {
    const pattern = declaredPattern(this.#message.handler);
    return pattern === undefined ? undefined : `rpc ${pattern}`;
  }

  /** Nest joins all that handle an event, and ends them with the first that fails. */
  get isJoined(): boolean {
    return Reflect.getMetadata(HANDLER_TYPE, this.#message.handler) === EVENT;
  }

  get request(): AuthRequest {
    return this;
  }

  get remoteAddress(): string | undefined {
    return remoteAddressOf(this.shared, this.#message.call);
  }

  header(name: string): readonly string[] {
    return this.#headers.get(name) ?? [];
  }

  /** A message has no path. */
  parameter(): undefined {
    return undefined;
  }

  argument(path: PropertyPath): unknown {
    const { payload } = this.#message;
    return path.read({ payload: isStream(payload) ? undefined : payload });
  }

  /** Where others look for it: on the context of the message, or on the call of gRPC. */
  expose(property: string, value: unknown): void {
    const { shared, call } = this.#message;
    const target = isGrpcCall(call) ? call : shared;
    if (!(property in target)) Reflect.set(target, property, value);
  }

  refuse(failure: AuthError, { http }: RefusalStyles): Error {
    const metadata = this.#metadata;
    const { call, payload } = this.#message;
    if (isGrpcCall(call) && isStream(payload)) closeQuietly(call);
    return metadata ? grpcRefusal(failure, metadata) : messageRefusal(failure, http.body);
  }
}

type MessageHeaders = ReadonlyMap<string, readonly string[]>;

/** What is taken out of a payload is found there once, however many handle the message. */
const received = hiddenNotes<MessageHeaders>();

function headersOf(
  { shared, payload }: ReceivedMessage,
  path: PropertyPath | undefined,
): MessageHeaders {
  const known = received.get(shared);
  if (known) return known;
  const own = transportHeaders(metadataOf(shared) ?? shared);
  const declared = path && !own ? takeHeaders(payload, path) : [];
  const headers = textsByName(own ?? [...userProperties(shared), ...declared]);
  received.set(shared, headers);
  return headers;
}

function metadataOf(key: object): GrpcMetadata | undefined {
  if (isMetadata(key)) return key;
  return isGrpcCall(key) ? key.metadata : undefined;
}

/** An `Observable` of messages, or a call: nothing that was sent, and so no argument. */
function isStream(payload: unknown): boolean {
  if (typeof payload !== 'object' || payload === null) return false;
  const { subscribe, on } = payload as Readonly<Record<string, unknown>>;
  return typeof subscribe === 'function' || typeof on === 'function';
}
