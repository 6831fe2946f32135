import type { CanActivate, ExecutionContext, Provider } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { AuthGuard } from '../guards/auth.guard.js';
import { Gate } from '../guards/gate.js';
import { MessageScopeInterceptor } from '../guards/message-scope.interceptor.js';
import { MESSAGE_GUARDS, MessageGuard, type MessageGuards } from '../guards/message.guard.js';
import { RolesGuard } from '../guards/roles.guard.js';
import { Standing } from '../guards/standing.js';
import { Authenticator } from '../pipeline/authenticator.js';
import { LastingCalls } from '../transports/lasting-calls.js';
import { bindMessages } from './message-binding.js';
import type { ResolvedAuthOptions } from './options/resolve-options.js';
import { RESOLVED_OPTIONS } from './tokens.js';

/** Done before Nest sets up the handlers of messages. */
const MESSAGES_BOUND = Symbol.for('nestjs-portcullis:messages-bound');

/** What stands before the handlers of messages. */
export const MESSAGE_PROVIDERS: readonly Provider[] = [
  {
    provide: MESSAGE_GUARDS,
    useFactory: (
      { global }: ResolvedAuthOptions,
      gate: Gate,
      ...guards: readonly CanActivate[]
    ): MessageGuards | undefined => {
      const hasLetIn = (context: ExecutionContext): boolean => gate.hasLetIn(context);
      return global ? { guards, hasLetIn } : undefined;
    },
    inject: [RESOLVED_OPTIONS, Gate, AuthGuard, RolesGuard],
  },
  {
    provide: Standing,
    useFactory: (gate: Gate, authenticator: Authenticator, lasting: LastingCalls) =>
      new Standing(gate, authenticator, lasting),
    inject: [Gate, Authenticator, LastingCalls],
  },
  MessageGuard,
  MessageScopeInterceptor,
  {
    provide: MESSAGES_BOUND,
    useFactory: (modules: ModulesContainer): true => {
      bindMessages(modules);
      return true;
    },
    // After what it puts there is made.
    inject: [ModulesContainer, MessageGuard, MessageScopeInterceptor],
  },
];
