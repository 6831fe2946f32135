import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { GraphQLModule } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { AuthModuleOptions } from '../../../lib/index.js';
import { graphql, GraphqlConnections } from '../../../lib/transports/graphql/index.js';
import {
  moduleOf,
  start,
  type Adapter,
  type Parts,
  type RunningApplication,
} from '../http/application.js';

/** The servers of GraphQL that Nest has drivers for. */
export const SERVERS = ['Apollo on Express', 'Apollo on Fastify', 'Mercurius'] as const;
export type Server = (typeof SERVERS)[number];

/** What is given to GraphQLModule beside the driver. */
export type GraphqlOptions = Partial<ApolloDriverConfig & MercuriusDriverConfig>;

/** An error of GraphQL, as it arrives. */
interface GraphqlFailure {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: {
    readonly code: string;
    readonly originalError?: { readonly statusCode: number; readonly code: string };
  };
}

/** An answer, as it arrives. */
export interface GraphqlAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly data: Record<string, unknown> | null | undefined;
  readonly errors: readonly GraphqlFailure[];
}

/** What a client is told where nobody can tell which request brought an operation. */
export const UNSUPPORTED = {
  message: 'Access is denied',
  extensions: {
    code: 'FORBIDDEN',
    originalError: {
      statusCode: 403,
      error: 'Forbidden',
      code: 'forbidden',
      message: 'Access is denied',
    },
  },
} as const;

/** What an application decides by itself of a client that connects. */
export type OwnDecision = (parameters: unknown) => Promise<boolean>;

/** Has `GraphqlConnections` let clients connect, and then the application, where it has an opinion. */
export function connectedModule(
  server: Server,
  own: OwnDecision = () => Promise.resolve(true),
): ReturnType<typeof GraphQLModule.forRootAsync> {
  const imports = [moduleOf({ providers: [GraphqlConnections], exports: [GraphqlConnections] })];
  const inject = [GraphqlConnections];
  if (server === 'Mercurius') {
    return GraphQLModule.forRootAsync<MercuriusDriverConfig>({
      ...{ driver: MercuriusDriver, imports, inject },
      useFactory: (connections: GraphqlConnections) => ({
        autoSchemaFile: true,
        subscription: {
          fullWsTransport: true,
          async onConnect(data) {
            return (await connections.onMercuriusConnect.call(this, data)) && own(data.payload);
          },
        },
      }),
    });
  }
  return GraphQLModule.forRootAsync<ApolloDriverConfig>({
    ...{ driver: ApolloDriver, imports, inject },
    useFactory: (connections: GraphqlConnections) => ({
      autoSchemaFile: true,
      subscriptions: {
        'graphql-ws': {
          onConnect: async (context) =>
            (await connections.onConnect(context)) && own(context.connectionParams),
        },
      },
    }),
  });
}

/** Hands the driver the very function, as the example of the documentation does. */
export function handingOn(server: Server): ReturnType<typeof GraphQLModule.forRootAsync> {
  const imports = [moduleOf({ providers: [GraphqlConnections], exports: [GraphqlConnections] })];
  const inject = [GraphqlConnections];
  const autoSchemaFile = true;
  if (server === 'Mercurius') {
    return GraphQLModule.forRootAsync<MercuriusDriverConfig>({
      ...{ driver: MercuriusDriver, imports, inject },
      useFactory: ({ onMercuriusConnect: onConnect }: GraphqlConnections) => ({
        autoSchemaFile,
        subscription: { fullWsTransport: true, onConnect },
      }),
    });
  }
  return GraphQLModule.forRootAsync<ApolloDriverConfig>({
    ...{ driver: ApolloDriver, imports, inject },
    useFactory: ({ onConnect }: GraphqlConnections) => ({
      autoSchemaFile,
      subscriptions: { 'graphql-ws': { onConnect } },
    }),
  });
}

/** Starts an application with resolvers. */
export function startGraphql(
  server: Server,
  parts: Omit<Parts, 'auth'> & { readonly auth: AuthModuleOptions },
  options: GraphqlOptions = {},
): Promise<RunningApplication> {
  const adapter = adapterOf(server);
  const { imports = [], auth, ...others } = parts;
  return start(adapter, {
    ...others,
    imports: [...imports, graphqlModule(server, options)],
    auth: { transports: [graphql()], ...auth },
  });
}

export function adapterOf(server: Server): Adapter {
  return server === 'Apollo on Express' ? 'express' : 'fastify';
}

export function graphqlModule(
  server: Server,
  options: GraphqlOptions,
): ReturnType<typeof GraphQLModule.forRoot> {
  if (server === 'Mercurius') {
    return GraphQLModule.forRoot<MercuriusDriverConfig>({
      driver: MercuriusDriver,
      autoSchemaFile: true,
      subscription: { fullWsTransport: true },
      ...(options as MercuriusDriverConfig),
    });
  }
  return GraphQLModule.forRoot<ApolloDriverConfig>({
    driver: ApolloDriver,
    autoSchemaFile: true,
    subscriptions: { 'graphql-ws': true },
    ...(options as ApolloDriverConfig),
  });
}

/** Sends a document over HTTP. */
export async function post(
  { url }: { readonly url: string },
  body: object,
  headers: Readonly<Record<string, string | undefined>> = {},
): Promise<GraphqlAnswer> {
  const given = Object.entries(headers).filter(
    (each): each is [string, string] => each[1] !== undefined,
  );
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...Object.fromEntries(given) },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  const { data, errors = [] } = JSON.parse(text) as Partial<GraphqlAnswer>;
  return { status: response.status, headers: response.headers, text, data, errors };
}

/** A credential in a header. */
export function bearer(token: string | undefined): Readonly<Record<string, string | undefined>> {
  return { authorization: token === undefined ? undefined : `Bearer ${token}` };
}

/** How a socket was closed. */
export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** How a socket is opened. */
export interface Dial {
  readonly connectionParams?: Record<string, unknown>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly onClosed?: (event: Closed) => void;
}

/** A client that speaks `graphql-transport-ws`. */
export function dial(
  { port }: { readonly port: number },
  { connectionParams, headers, onClosed }: Dial,
): Client {
  class Socket extends WebSocket {
    constructor(address: string, protocols: string | string[]) {
      super(address, protocols, { headers });
    }
  }
  return createClient({
    url: `ws://127.0.0.1:${String(port)}/graphql`,
    webSocketImpl: Socket,
    retryAttempts: 0,
    // It stays open between operations.
    lazy: false,
    onNonLazyError: () => undefined,
    ...(connectionParams && { connectionParams }),
    on: { closed: (event) => onClosed?.(event as Closed) },
  });
}

/** The first answer of an operation over a socket. */
export function first(
  client: Client,
  query: string,
): Promise<Omit<GraphqlAnswer, 'status' | 'headers'>> {
  return new Promise((resolve, reject) => {
    const stop = client.subscribe(
      { query },
      {
        next: ({ data, errors = [] }) => {
          resolve(answer(data, errors));
          // Whoever stops what is complete closes the socket.
          if (query.startsWith('subscription')) stop();
        },
        error: (failure) => {
          if (Array.isArray(failure)) resolve(answer(undefined, failure));
          else reject(new Error('The socket was closed', { cause: failure }));
        },
        complete: () => {
          reject(new Error('Complete without an answer'));
        },
      },
    );
  });
}

function answer(
  data: Record<string, unknown> | null | undefined,
  errors: readonly unknown[],
): Omit<GraphqlAnswer, 'status' | 'headers'> {
  return { data, errors: errors as GraphqlFailure[], text: JSON.stringify({ data, errors }) };
}
