import type { TransportType } from './transport-type.js';

/** How a handler is called. */
export type CallType = 'http' | TransportType;

/** With what the path to an argument may begin, by how its handler is called: what each kind of exchange reads. */
export const ARGUMENT_ROOTS = {
  http: ['params', 'query', 'body'],
  graphql: ['args'],
  ws: ['payload'],
  rpc: ['payload'],
} as const satisfies Readonly<Record<CallType, readonly string[]>>;
