import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import { ownMembers } from '../../core/own-property.js';
import { refuseUnknown } from '../../core/refuse-unknown.js';
import type { Transport } from '../transport.js';
import type { EntranceRules } from '../transport-host.js';
import { Admissions } from './admissions.js';
import { ConnectionExchange, NO_HEADERS } from './connection-exchange.js';
import { areConnectionsUsed, rememberAdmissions } from './graphql-connections.js';
import { GraphqlExchange } from './graphql-exchange.js';
import { GraphqlRefusal } from '../graphql-refusal.js';

const CURE =
  'let `context` of GraphQLModule be a function that returns a new object for each request, with the request in it: ({ req }) => ({ req })';

/** Who may connect, where `GraphqlConnections` lets clients connect. */
export interface GraphqlConnectionOptions {
  /**
   * Lets those connect as well who bring no credential; a bad one is refused all the same. What each
   * operation requires is another matter.
   *
   * @default false
   */
  readonly allowAnonymous?: boolean;
  /**
   * The kinds of credential that may enter, as `@Accepts` names them.
   *
   * @default all that need no declaration
   */
  readonly accepts?: readonly string[];
}

/** How GraphQL is served. */
export interface GraphqlOptions {
  /** Who may connect, where `GraphqlConnections` lets clients connect. */
  readonly connections?: GraphqlConnectionOptions;
}

/**
 * GraphQL, with Apollo or Mercurius: queries and mutations over HTTP, and all of it over sockets that
 * speak `graphql-transport-ws`.
 *
 * Over a socket, the credential is the connection parameter `Authorization`, in any case, or what the
 * handshake brought.
 *
 * @throws {AuthConfigurationError} When the options are none.
 * @publicApi
 */
export function graphql(options: GraphqlOptions = {}): Transport {
  const rules = rulesOf(options);
  const isSaid = ownMembers(options).connections !== undefined;
  return {
    type: 'graphql',
    cure: CURE,
    exchangeOf: (context) => ConnectionExchange.of(context) ?? GraphqlExchange.of(context),
    refuse: (failure, { http }) => new GraphqlRefusal(failure, http.body, NO_HEADERS),
    attach: (host) => {
      rememberAdmissions(host.config, new Admissions(host, host.entrance(rules)));
    },
    assertReady: (config, modules) => {
      // Who may connect is said, and would be asked of nobody.
      if (isSaid && !areConnectionsUsed(config, modules)) throw unusedConnections();
    },
  };
}

function rulesOf(options: GraphqlOptions): EntranceRules {
  refuseUnknown('graphql()', options, ['connections']);
  const { connections = {} } = ownMembers(options);
  refuseUnknown('graphql().connections', connections, ['allowAnonymous', 'accepts']);
  const { allowAnonymous = false, accepts } = ownMembers(connections);
  if (typeof allowAnonymous !== 'boolean') {
    throw refused('allowAnonymous', 'is no boolean', 'Give true or false.');
  }
  if (accepts !== undefined && !isNames(accepts)) {
    const cure = "Name the kinds of credential that may enter: ['jwt', 'apiKey'].";
    throw refused('accepts', 'is no list of kinds of credential', cure);
  }
  const handler = ['GraphqlConnections', 'onConnect'] as const;
  return { type: 'graphql', handler, allowAnonymous, accepts };
}

function unusedConnections(): AuthConfigurationError {
  return new AuthConfigurationError(
    'graphql().connections',
    'says who may connect, and no GraphQLModule asks GraphqlConnections: anybody may',
    "Give its function to GraphQLModule, by forRootAsync: subscriptions: { 'graphql-ws': { onConnect: connections.onConnect } } of Apollo, subscription: { onConnect: connections.onMercuriusConnect } of Mercurius.",
  );
}

function isNames(accepts: unknown): boolean {
  return (
    Array.isArray(accepts) &&
    accepts.length > 0 &&
    accepts.every((each) => typeof each === 'string' && each !== '')
  );
}

function refused(name: string, problem: string, cure: string): AuthConfigurationError {
  return new AuthConfigurationError(`graphql().connections.${name}`, problem, cure);
}
