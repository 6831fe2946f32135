import type { Transport } from '../transport.js';
import { GraphqlExchange } from './graphql-exchange.js';

const CURE =
  'let `context` of GraphQLModule be a function that returns a new object for each request, with the request in it: ({ req }) => ({ req })';

/**
 * GraphQL, with Apollo or Mercurius: queries and mutations over HTTP, and all of it over sockets that
 * speak `graphql-transport-ws`.
 *
 * Over a socket, the credential is the connection parameter `Authorization`, in any case, or what the
 * handshake brought.
 *
 * @publicApi
 */
export function graphql(): Transport {
  return { type: 'graphql', cure: CURE, exchangeOf: (context) => GraphqlExchange.of(context) };
}
