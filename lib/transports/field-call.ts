import type { IncomingMessage } from 'node:http';
import type { ExecutionContext } from '@nestjs/common';
import { hiddenNotes } from '../core/hidden-notes.js';
import { rawRequest } from './http/raw-request.js';

/** What GraphQL says of a field, as far as it matters here. */
export interface FieldInfo {
  readonly operation?: { readonly operation?: unknown };
  readonly fieldName?: string;
  /** Where the document asks for it. */
  readonly fieldNodes?: readonly object[];
  /** What leads to it: nothing before a root field. */
  readonly path?: { readonly prev?: unknown };
  readonly parentType?: { readonly name?: string };
  readonly schema?: { readonly getRootType?: (operation: unknown) => unknown };
}

/** One call of a resolver. */
export interface FieldCall {
  /** What tells it apart from other calls: `info`, or of what has none of its own, {@link keyWithin}. */
  readonly key: object;
  readonly info: FieldInfo;
  /** The arguments of the field, or what stands for the entity. */
  readonly args: unknown;
  /** What the application or the driver made for the operation. */
  readonly context: object;
}

/**
 * The call, as Nest passes it: `(parent, args, context, info)`; of entities `(reference, context, info)`,
 * and of what tells the type of a value, `(value, context, info, type)`.
 *
 * @returns `undefined` when what is passed is neither.
 */
export function fieldCallOf(execution: ExecutionContext): FieldCall | undefined {
  const [first, second, third, fourth] = execution.getArgs<unknown[]>();
  if (isInfo(fourth)) {
    return isObject(third)
      ? { key: fourth, info: fourth, args: second, context: third }
      : undefined;
  }
  if (!isInfo(third) || !isObject(second)) return;
  const key = isObject(first) ? keyWithin(third, first) : third;
  return { key, info: third, args: first, context: second };
}

const keys = hiddenNotes<WeakMap<object, object>>();

/**
 * All entities of a field have one `info`, and values of which the type is asked have that of their
 * field. The value alone would not do: it may be one object for all requests.
 */
function keyWithin(info: object, value: object): object {
  const known = keys.get(info) ?? new WeakMap<object, object>();
  keys.set(info, known);
  const key = known.get(value) ?? {};
  known.set(value, key);
  return key;
}

/**
 * Whether a root field is one of an operation of a kind.
 *
 * What the document says of its operation is not asked for that: of two with one name, Mercurius starts
 * the first, as a subscription, and `graphql` runs the last, whatever that is.
 */
export function isRootOf({ path, parentType, schema }: FieldInfo, operation: unknown): boolean {
  return (
    path?.prev === undefined &&
    parentType !== undefined &&
    parentType === schema?.getRootType?.(operation)
  );
}

/** A request, in the form in which the adapter of HTTP knows it. */
export interface FoundRequest {
  readonly request: object;
  readonly raw: IncomingMessage;
}

/** Where drivers and applications put it, whoever made the driver's own first. */
const HOLDERS = ['reply', 'request', 'req', 'extra', 'ctx'] as const;

/** How many of them may be inside one another: `context.req.extra.request`. */
const DEPTH = 3;

/**
 * The request that brought an operation: of HTTP, or the handshake of a socket.
 *
 * @returns `undefined` where there is none, or two that differ: a context that is one object for all
 *   requests has one that is another's.
 */
export function requestIn(context: object): FoundRequest | undefined {
  const [found, ...others] = requestsIn(context, DEPTH);
  return others.every(({ raw }) => raw === found?.raw) ? found : undefined;
}

function* requestsIn(value: unknown, depth: number): Generator<FoundRequest> {
  if (!isObject(value)) return;
  const raw = rawRequest(value);
  if (raw) {
    yield { request: value, raw };
    return;
  }
  if (depth === 0) return;
  for (const name of HOLDERS) {
    yield* requestsIn((value as Readonly<Record<string, unknown>>)[name], depth - 1);
  }
}

/** Whether a request is the handshake of a socket (RFC 6455 section 4.1), which many operations share. */
export function isHandshake({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}

/**
 * What all fields of one operation share: the request of HTTP that brought it; of a socket, the context,
 * for its handshake has other operations, too.
 */
export function sharedRequest(context: object): object {
  const raw = requestIn(context)?.raw;
  return raw && !isHandshake(raw) ? raw : context;
}

/** Fields have both, and nothing that a client sends takes their place in the list. */
function isInfo(value: unknown): value is object & FieldInfo {
  return isObject(value) && 'fieldNodes' in value && 'schema' in value;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
