/** What Nest calls the contexts of transports other than HTTP. */
export type TransportType = 'graphql' | 'ws' | 'rpc';
