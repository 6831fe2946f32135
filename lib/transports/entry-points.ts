import type { TransportType } from './transport-type.js';

/** What makes a transport, and where it is had. */
interface EntryPoint {
  readonly call: string;
  readonly from: string;
}

/** For messages: what serves a kind of context. */
export const ENTRY_POINTS: Readonly<Record<TransportType, EntryPoint>> = {
  graphql: { call: 'graphql()', from: 'nestjs-portcullis/graphql' },
  ws: { call: 'webSockets()', from: 'nestjs-portcullis/ws' },
  rpc: { call: 'microservices()', from: 'nestjs-portcullis/rpc' },
};

/** Whether a transport serves contexts of a kind, where the options name it. */
export function isTransportType(type: string): type is TransportType {
  return Object.hasOwn(ENTRY_POINTS, type);
}
