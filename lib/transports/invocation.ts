import type { ExecutionContext } from '@nestjs/common';
import { fieldCallOf, sharedRequest } from './field-call.js';
import { rawRequest } from './http/raw-request.js';

/** Where Nest has the context of a message of a microservice. */
const RPC_CONTEXT = 1;

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
      return objects(context.getArgByIndex(RPC_CONTEXT));
    default:
      return [];
  }
}

/**
 * What stands for a message in guards and interceptors: of a microservice its context, which is made for
 * it; of WebSockets the list of arguments, for all that is in it may be there more than once; of GraphQL
 * over a socket, what its fields share.
 *
 * @returns `undefined` for what a request of HTTP brought.
 */
export function messageOf(context: ExecutionContext): object | undefined {
  switch (context.getType<string>()) {
    case 'ws':
      return context.getArgs<unknown[]>();
    case 'rpc':
      return objects(context.getArgByIndex(RPC_CONTEXT))[0];
    case 'graphql': {
      const call = fieldCallOf(context);
      const shared = call && sharedRequest(call.context);
      return shared === call?.context ? shared : undefined;
    }
    default:
      return;
  }
}

function objects(...candidates: readonly unknown[]): readonly object[] {
  return candidates.filter((each): each is object => typeof each === 'object' && each !== null);
}
