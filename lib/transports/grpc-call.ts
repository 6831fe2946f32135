import type { EventEmitter } from 'node:events';

/** What comes with a call of gRPC beside its message: `Metadata` of `@grpc/grpc-js`. */
export interface GrpcMetadata {
  /** In lower case, as texts; what is binary, in base64. */
  toHttp2Headers(): Readonly<Record<string, unknown>>;
  clone(): GrpcMetadata;
  set(name: string, value: string): void;
}

/** A call of gRPC, as far as it is looked at. */
export interface GrpcCall extends EventEmitter {
  readonly metadata: GrpcMetadata;
  /** The address, and the port after a colon. */
  getPeer?(): string;
}

/** Metadata have methods, which no payload has that a client could send. */
export function isMetadata(value: unknown): value is GrpcMetadata {
  return hasMethod(value, 'toHttp2Headers');
}

export function isGrpcCall(value: unknown): value is GrpcCall {
  return hasMethod(value, 'on') && isMetadata((value as Partial<GrpcCall>).metadata);
}

function hasMethod(value: unknown, name: string): value is object {
  if (typeof value !== 'object' || value === null) return false;
  return typeof (value as Readonly<Record<string, unknown>>)[name] === 'function';
}
