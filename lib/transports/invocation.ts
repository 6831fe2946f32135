import type { IncomingMessage } from 'node:http';
import type { ExecutionContext } from '@nestjs/common';
import { isGrpcCall } from './grpc-call.js';
import { rawRequest } from './http/raw-request.js';

/** Where Nest has what a call of a handler is told apart by. */
const [GRAPHQL_CONTEXT, GRAPHQL_INFO, RPC_PAYLOAD, RPC_CONTEXT] = [2, 3, 0, 1];

/**
 * The objects by which what the guards established is found again, where parameters of a handler are
 * filled: that of this very call, and, where several calls share a request, that of the request.
 *
 * @returns None for messages of WebSockets, of which Nest passes on nothing that stands for one.
 */
export function invocationsOf(context: ExecutionContext): readonly object[] {
  switch (context.getType<string>()) {
    case 'http':
      return objects(rawRequest(context.getArgByIndex(0)));
    case 'graphql':
      return objects(
        context.getArgByIndex(GRAPHQL_INFO),
        sharedRequest(context.getArgByIndex(GRAPHQL_CONTEXT)),
      );
    case 'rpc':
      return objects(rpcMessage(context));
    default:
      return [];
  }
}

/**
 * What stands for a message in guards and interceptors: of a microservice its context, which is made for
 * it, or what gRPC has in its place; of WebSockets the list of arguments, for all that is in it may be there more than once.
 */
export function messageOf(context: ExecutionContext): object | undefined {
  const type = context.getType<string>();
  if (type === 'ws') return context.getArgs();
  return type === 'rpc' ? rpcMessage(context) : undefined;
}

/** Its context; of gRPC the metadata, or the call where a handler is given nothing else (`@GrpcStreamCall`). */
function rpcMessage(context: ExecutionContext): object | undefined {
  const [own] = objects(context.getArgByIndex(RPC_CONTEXT));
  if (own) return own;
  const payload: unknown = context.getArgByIndex(RPC_PAYLOAD);
  return isGrpcCall(payload) ? payload : undefined;
}

/** The places where drivers of GraphQL put the request that several fields share. */
const HOLDERS = ['req', 'request', 'reply', 'extra'] as const;

/**
 * What all fields of one request of GraphQL share: the request of HTTP that brought it; for a
 * subscription over a socket, the context itself, for the request of its handshake has others, too.
 */
export function sharedRequest(context: unknown): object | undefined {
  if (typeof context !== 'object' || context === null) return;
  if (isSocketContext(context)) return context;
  return httpRequestIn(context) ?? context;
}

/** Of graphql-ws and subscriptions-transport-ws: what the client said when it connected. */
function isSocketContext(context: object): boolean {
  const inner = (context as { readonly req?: unknown }).req;
  return [context, inner].some(
    (each) => typeof each === 'object' && each !== null && 'connectionParams' in each,
  );
}

function httpRequestIn(context: object): IncomingMessage | undefined {
  for (const name of HOLDERS) {
    const held = (context as Readonly<Record<string, unknown>>)[name];
    const request = rawRequest(held) ?? rawRequest((held as { request?: unknown } | null)?.request);
    if (request) return request;
  }
  return;
}

function objects(...candidates: readonly unknown[]): readonly object[] {
  return candidates.filter((each): each is object => typeof each === 'object' && each !== null);
}
