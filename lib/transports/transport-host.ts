import type { IncomingMessage } from 'node:http';
import type { Type } from '@nestjs/common';
import type { ApplicationConfig } from '@nestjs/core';
import type { Clock } from '../core/clock.js';
import type { MaybePromise } from '../core/maybe-promise.js';
import type { RefusalStyles } from './exchange.js';
import type { LastingCalls } from './lasting-calls.js';
import type { TransportType } from './transport-type.js';

/** A class that clients connect to before they send it messages. */
export interface Gateway {
  readonly metatype: Type;
  /** What lets clients connect, as `Class.handleConnection`. */
  readonly handler: string;
  /**
   * Lets a client connect, by what is declared on `handleConnection` and its class: as if it were called
   * as a handler, with the client as its first argument, in the scope of the caller.
   *
   * @throws What the exchange refuses with.
   */
  admit(client: object): MaybePromise<void>;
  /**
   * Lets in a connected client that presents another credential, whoever may connect: if only it is valid.
   *
   * @throws What the exchange refuses with.
   */
  readmit(client: object): MaybePromise<void>;
}

/** Who may connect to what is no class of the application. */
export interface EntranceRules {
  readonly type: TransportType;
  /** What lets clients connect, as events have it: `Class.method`. */
  readonly handler: readonly [string, string];
  /** Whether those may who bring no credential. */
  readonly allowAnonymous: boolean;
  /** The kinds of credential that may enter; `undefined` for all that need no declaration. */
  readonly accepts: readonly string[] | undefined;
}

/** What lets clients connect. */
export type Entrance = Pick<Gateway, 'handler' | 'admit'>;

/** What an application has for a transport, before Nest sets up what is reached by it. */
export interface TransportHost {
  readonly config: ApplicationConfig;
  readonly clock: Clock;
  readonly styles: RefusalStyles;
  /** What goes on after it was let in, and is ended with its credential. */
  readonly lasting: LastingCalls;
  /** Whether the guards stand before every handler. */
  readonly isGlobal: boolean;
  /** Lets in whoever is authenticated, where nothing else is said. */
  readonly anywhere: Gateway;
  /** Every gateway; those first that anybody may connect to. */
  gateways(): readonly Gateway[];
  /**
   * Lets clients connect by rules that are not a class's.
   *
   * @throws {AuthConfigurationError} When they name a kind of credential that is none.
   */
  entrance(rules: EntranceRules): Entrance;
  /** Takes off a request what clients have no say in. */
  receive(request: IncomingMessage): void;
}
