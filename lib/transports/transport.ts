import type { ExecutionContext } from '@nestjs/common';
import type { ApplicationConfig, ModulesContainer } from '@nestjs/core';
import type { AuthError } from '../core/auth-error.js';
import type { Exchange, RefusalStyles } from './exchange.js';
import type { TransportHost } from './transport-host.js';
import type { TransportType } from './transport-type.js';

/** Serves one kind of Nest's contexts. Made by `graphql()`, `webSockets()` or `microservices()`. */
export interface Transport {
  /** What Nest calls its contexts. */
  readonly type: TransportType;
  /** For the log: what to do where a context holds no request. */
  readonly cure?: string | undefined;
  /** @returns `undefined` for a context that holds no such request. */
  exchangeOf(context: ExecutionContext): Exchange | undefined;
  /**
   * The refusal where a context holds no request, in the currency of the transport.
   *
   * @default a `ForbiddenException`
   */
  refuse?(failure: AuthError, styles: RefusalStyles): Error;
  /**
   * For the log, where a server of Nest brings messages of which nobody can tell who sent them: what goes on
   * after the names of handlers that can be called by nobody, `over TCP: …`, and what is to be done.
   */
  warningOf?(server: unknown): string | undefined;
  /** Called once for each application, before Nest sets up what is reached by the transport. */
  attach?(host: TransportHost): void;
  /**
   * Called once for each application, when all that is reached by the transport is set up.
   *
   * @throws {AuthConfigurationError} When what its options say would come to nothing.
   */
  assertReady?(config: ApplicationConfig, modules: ModulesContainer): void;
}
