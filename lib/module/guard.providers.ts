import type { Provider, Type } from '@nestjs/common';
import { APP_GUARD, ModuleRef, Reflector } from '@nestjs/core';
import { AuthGuard } from '../guards/auth.guard.js';
import { Gate } from '../guards/gate.js';
import { Judge } from '../guards/judge.js';
import { OpenAnswers } from '../guards/open-answers.js';
import { PolicyService } from '../guards/policy-service.js';
import { RolesGuard } from '../guards/roles.guard.js';
import { RoutePolicies } from '../guards/route-policies.js';
import { AuthEvents } from '../observability/auth-events.js';
import { Tenancy } from '../pipeline/tenancy.js';
import { Transports } from '../transports/transports.js';
import type { ResolvedAuthOptions } from './options/resolve-options.js';
import { RESOLVED_OPTIONS } from './tokens.js';

type GateParts = [RoutePolicies, AuthEvents, Judge, Tenancy | undefined, Transports, OpenAnswers];

/** What decides whether a caller may. */
const GATE: readonly Provider[] = [
  {
    provide: RoutePolicies,
    useFactory: (reflector: Reflector, { authorization }: ResolvedAuthOptions) =>
      new RoutePolicies(reflector, authorization.roleMap),
    inject: [Reflector, RESOLVED_OPTIONS],
  },
  {
    provide: Judge,
    useFactory: (
      events: AuthEvents,
      { authorization: { rules, policyTimeoutMs } }: ResolvedAuthOptions,
      container: ModuleRef,
    ) =>
      new Judge({
        events,
        rules,
        timeoutMs: policyTimeoutMs,
        instanceOf: (token) => container.get<unknown>(token as Type, { strict: false }),
      }),
    inject: [AuthEvents, RESOLVED_OPTIONS, ModuleRef],
  },
  {
    provide: PolicyService,
    useFactory: ({ authorization, styles }: ResolvedAuthOptions, container: ModuleRef) =>
      new PolicyService({
        rules: authorization.rules,
        style: styles.http,
        instanceOf: (token) => container.get<unknown>(token as Type, { strict: false }),
      }),
    inject: [RESOLVED_OPTIONS, ModuleRef],
  },
  {
    provide: Transports,
    useFactory: ({ transports, unauthenticatedContexts }: ResolvedAuthOptions) =>
      new Transports(transports, unauthenticatedContexts),
    inject: [RESOLVED_OPTIONS],
  },
  {
    provide: Gate,
    useFactory: (
      options: ResolvedAuthOptions,
      ...[policies, events, judge, tenancy, transports, answers]: GateParts
    ) => {
      const { styles, requestProperty, impersonation, clock } = options;
      const { rules } = options.authorization;
      const { trustedServices, stripHeaders } = options.context;
      return new Gate(policies, {
        ...{ events, styles, requestProperty, rules, judge, tenancy, impersonation },
        ...{ trustedServices, stripHeaders, transports, clock, answers },
      });
    },
    inject: [RESOLVED_OPTIONS, RoutePolicies, AuthEvents, Judge, Tenancy, Transports, OpenAnswers],
  },
];

/** Global where the options say so, and overridable in tests: `overrideProvider(AuthGuard)` reaches them. */
const GUARDS: readonly Provider[] = [
  AuthGuard,
  RolesGuard,
  ...[AuthGuard, RolesGuard].map((guard) => ({
    provide: APP_GUARD,
    useFactory: (options: ResolvedAuthOptions, instance: AuthGuard | RolesGuard) =>
      options.global ? instance : undefined,
    inject: [RESOLVED_OPTIONS, guard],
  })),
];

/** What stands before handlers, and what it rests on. */
export const GUARD_PROVIDERS: readonly Provider[] = [...GATE, ...GUARDS];
