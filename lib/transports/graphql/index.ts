export {
  GraphqlConnections,
  type GraphqlWsContext,
  type MercuriusInit,
} from './graphql-connections.js';
export { graphql, type GraphqlConnectionOptions, type GraphqlOptions } from './graphql.js';
