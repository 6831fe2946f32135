import type { ExecutionContext } from '@nestjs/common';
import { hiddenNotes } from '../core/hidden-notes.js';
import { fieldCallOf, isRootOf, sharedRequest } from './field-call.js';
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
    case 'rpc': {
      const call = rpcCallOf(context);
      return call ? [call, call.message] : [];
    }
    default:
      return [];
  }
}

/**
 * What stands for a call in guards and interceptors, where a message brought it: of a microservice the
 * call itself; of GraphQL over a socket, what its fields share.
 *
 * @returns `undefined` for what a request of HTTP brought, and for messages of WebSockets, which have a
 *   scope before Nest hears of them.
 */
export function messageOf(context: ExecutionContext): object | undefined {
  switch (context.getType<string>()) {
    case 'rpc':
      return rpcCallOf(context);
    case 'graphql': {
      const call = fieldCallOf(context);
      const shared = call && sharedRequest(call.context);
      return shared === call?.context ? shared : undefined;
    }
    default:
      return;
  }
}

/** Whether what a handler returns is read for as long as its client listens: of GraphQL, the root field of a subscription. */
export function isSubscription(context: ExecutionContext): boolean {
  if (context.getType<string>() !== 'graphql') return false;
  const call = fieldCallOf(context);
  return call !== undefined && isRootOf(call.info, 'subscription');
}

/** One call of a handler of a microservice: an event may have several. */
interface RpcCall {
  readonly controller: object;
  readonly handler: object;
  /** What stands for the message: its context, which is made for it, or what gRPC has in its place. */
  readonly message: object;
}

const calls = hiddenNotes<RpcCall[]>();

/** @returns The same for the same call, in guards and parameters alike; `undefined` where nothing stands for a message. */
export function rpcCallOf(context: ExecutionContext): RpcCall | undefined {
  const message = rpcMessage(context);
  if (!message) return;
  const all = calls.get(message) ?? [];
  calls.set(message, all);
  const [controller, handler] = [context.getClass<object>(), context.getHandler()];
  const known = all.find((each) => each.controller === controller && each.handler === handler);
  if (known) return known;
  const call = { controller, handler, message };
  all.push(call);
  return call;
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
