import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { ApplicationConfig, type ModulesContainer } from '@nestjs/core';
import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import { graphqlModuleOptions } from '../graphql-modules.js';
import type { Admissions } from './admissions.js';

/** What `graphql-ws` passes to its `onConnect`, as far as it matters here. */
export interface GraphqlWsContext {
  readonly connectionParams?: Readonly<Record<string, unknown>> | undefined;
  /** With `socket` and `request`, as its server for `ws` makes it. */
  readonly extra: unknown;
}

/** What Mercurius passes to its `onConnect`, as far as it matters here. */
export interface MercuriusInit {
  /** What the client said. */
  readonly payload?: unknown;
}

const admissionsOf = new WeakMap<ApplicationConfig, Admissions>();

/** What an application did with its connections: made them, and took a function of theirs. */
const usesOf = new WeakMap<ApplicationConfig, 'made' | 'taken'>();

export function rememberAdmissions(config: ApplicationConfig, admissions: Admissions): void {
  admissionsOf.set(config, admissions);
}

/**
 * Whether clients may be let in by `GraphqlConnections`, as far as that can be told: its functions were
 * taken, or a function of the application stands where they do, and may call them.
 */
export function areConnectionsUsed(config: ApplicationConfig, modules: ModulesContainer): boolean {
  const use = usesOf.get(config);
  return use === 'taken' || (use === 'made' && graphqlModuleOptions(modules).some(asksWhoConnects));
}

function asksWhoConnects(options: object): boolean {
  const { subscription, subscriptions } = options as Readonly<Record<string, unknown>>;
  const places = [subscription, memberOf(subscriptions, 'graphql-ws')];
  return places.some((each) => typeof memberOf(each, 'onConnect') === 'function');
}

/**
 * The sockets of GraphQL: a provider of the application, whose functions are given to `GraphQLModule`.
 * They close whatever connects without a valid credential, and when it ceases to hold: with 4401, 4403
 * or 4503, and the code as the reason.
 *
 * @publicApi
 */
@Injectable()
export class GraphqlConnections implements OnModuleInit {
  readonly #config: ApplicationConfig;
  readonly #onConnect: (context: GraphqlWsContext) => Promise<boolean>;
  readonly #onMercuriusConnect: (this: unknown, data: MercuriusInit) => Promise<boolean>;

  constructor(@Inject(ApplicationConfig) config: ApplicationConfig) {
    this.#config = config;
    usesOf.set(config, usesOf.get(config) ?? 'made');
    // The functions may be asked for before AuthModule is set up.
    const admit: Admissions['admit'] = (opening) => admissionsIn(config).admit(opening);
    this.#onConnect = (context) => admit({ socket: memberOf(context.extra, 'socket'), context });
    this.#onMercuriusConnect = function (data) {
      const request = memberOf(memberOf(this, 'context'), 'request');
      const context = { connectionParams: data.payload, request };
      return admit({ socket: memberOf(this, 'socket'), context });
    };
  }

  /**
   * For Apollo: `subscriptions: { 'graphql-ws': { onConnect: connections.onConnect } }`.
   *
   * @returns Whether the client may connect. Where it may not, its socket is closed already.
   */
  get onConnect(): (context: GraphqlWsContext) => Promise<boolean> {
    usesOf.set(this.#config, 'taken');
    return this.#onConnect;
  }

  /**
   * For Mercurius: `subscription: { onConnect: connections.onMercuriusConnect }`. Mercurius passes no socket
   * but calls it as a method of what has one: whoever calls it passes that on, by `call(this, data)`.
   *
   * @returns Whether the client may connect. Where it may not, its socket is closed already.
   */
  get onMercuriusConnect(): (this: unknown, data: MercuriusInit) => Promise<boolean> {
    usesOf.set(this.#config, 'taken');
    return this.#onMercuriusConnect;
  }

  /** @internal @throws {AuthConfigurationError} Where nothing would let a client connect. */
  onModuleInit(): void {
    admissionsIn(this.#config);
  }
}

function admissionsIn(config: ApplicationConfig): Admissions {
  const admissions = admissionsOf.get(config);
  if (admissions) return admissions;
  throw new AuthConfigurationError(
    'GraphqlConnections',
    'is used where no GraphQL is served',
    'Add transports: [graphql()] to the options.',
  );
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
