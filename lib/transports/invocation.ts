import type { ExecutionContext } from '@nestjs/common';
import { fieldCallOf, sharedRequest } from './field-call.js';
import { isGrpcCall } from './grpc-call.js';
import { rawRequest } from './http/raw-request.js';

/** Where Nest has a message of a microservice, and its context. */
const [RPC_PAYLOAD, RPC_CONTEXT] = [0, 1];

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
    case 'graphql': {
      const call = fieldCallOf(context);
      return call ? [call.key, sharedRequest(call.context)] : [];
    }
    case 'rpc':
      return objects(rpcMessage(context));
    default:
      return [];
  }
}

/**
 * What stands for a message in guards and interceptors: of a microservice its context, which is made for
 * it, or what gRPC has in its place; of WebSockets the list of arguments, for all that is in it may be
 * there more than once; of GraphQL over a socket, what its fields share.
 *
 * @returns `undefined` for what a request of HTTP brought.
 */
export function messageOf(context: ExecutionContext): object | undefined {
  switch (context.getType<string>()) {
    case 'ws':
      return context.getArgs<unknown[]>();
    case 'rpc':
      return rpcMessage(context);
    case 'graphql': {
      const call = fieldCallOf(context);
      const shared = call && sharedRequest(call.context);
      return shared === call?.context ? shared : undefined;
    }
    default:
      return;
  }
}

/** Its context; of gRPC the metadata, or the call where a handler is given nothing else (`@GrpcStreamCall`). */
function rpcMessage(context: ExecutionContext): object | undefined {
  const [own] = objects(context.getArgByIndex(RPC_CONTEXT));
  if (own) return own;
  const payload: unknown = context.getArgByIndex(RPC_PAYLOAD);
  return isGrpcCall(payload) ? payload : undefined;
}

function objects(...candidates: readonly unknown[]): readonly object[] {
  return candidates.filter((each): each is object => typeof each === 'object' && each !== null);
}
