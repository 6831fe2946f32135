import type { Provider } from '@nestjs/common';
import { ApplicationConfig } from '@nestjs/core';
import { OpenAnswers } from '../guards/open-answers.js';
import { AuthEvents } from '../observability/auth-events.js';
import { LastingCalls } from '../transports/lasting-calls.js';
import { WithoutCallerInterceptor } from '../guards/without-caller.interceptor.js';
import { tellingOfEnds } from './connection-events.js';
import type { ResolvedAuthOptions } from './options/resolve-options.js';
import { RESOLVED_OPTIONS } from './tokens.js';

/** Done before other packages set up their handlers. */
const CONTEXTS_PARTED = Symbol.for('nestjs-portcullis:contexts-parted');

/** What sees to it that nothing is done on behalf of a caller for longer than the caller's credential holds, or where there is none. */
export const CALLER_PROVIDERS: readonly Provider[] = [
  {
    provide: OpenAnswers,
    useFactory: ({ endingAnswers: ending, clock }: ResolvedAuthOptions, lasting: LastingCalls) =>
      new OpenAnswers({ ending, clock, lasting }),
    inject: [RESOLVED_OPTIONS, LastingCalls],
  },
  {
    provide: LastingCalls,
    useFactory: (events: AuthEvents) => new LastingCalls(tellingOfEnds(events)),
    inject: [AuthEvents],
  },
  {
    provide: CONTEXTS_PARTED,
    useFactory: (
      { unauthenticatedContexts: types }: ResolvedAuthOptions,
      config: ApplicationConfig,
    ): true => {
      // A global interceptor costs every request of an application; the others do without.
      if (types.size > 0) config.useGlobalInterceptors(new WithoutCallerInterceptor(types));
      return true;
    },
    inject: [RESOLVED_OPTIONS, ApplicationConfig],
  },
];
