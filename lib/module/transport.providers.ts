import type { CanActivate, Provider } from '@nestjs/common';
import { ApplicationConfig, ModulesContainer } from '@nestjs/core';
import { AuthGuard } from '../guards/auth.guard.js';
import { RolesGuard } from '../guards/roles.guard.js';
import { RoutePolicies } from '../guards/route-policies.js';
import { Entrances } from '../pipeline/entrances.js';
import type { TransportHost } from '../transports/transport-host.js';
import { LastingCalls } from '../transports/lasting-calls.js';
import { ConnectionEntrances } from './connection-entrances.js';
import { Gateways } from './gateways.js';
import type { ResolvedAuthOptions } from './options/resolve-options.js';
import { Reception } from './reception.js';
import { RESOLVED_OPTIONS } from './tokens.js';

/** Done before Nest sets up what is reached by the transports. */
const TRANSPORTS_ATTACHED = Symbol.for('nestjs-portcullis:transports-attached');

type HostParts = [ApplicationConfig, Gateways, ConnectionEntrances, Reception, LastingCalls];

type GatewaysParts = [ModulesContainer, RoutePolicies, CanActivate, CanActivate];

/** What serves the transports beside HTTP. */
export const TRANSPORT_PROVIDERS: readonly Provider[] = [
  {
    provide: Gateways,
    useFactory: (
      { global: isGlobal }: ResolvedAuthOptions,
      ...[modules, policies, authGuard, rolesGuard]: GatewaysParts
    ) => new Gateways({ modules, policies, authGuard, rolesGuard, isGlobal }),
    inject: [RESOLVED_OPTIONS, ModulesContainer, RoutePolicies, AuthGuard, RolesGuard],
  },
  {
    provide: ConnectionEntrances,
    useFactory: (policies: RoutePolicies, entrances: Entrances, ...guards: CanActivate[]) =>
      new ConnectionEntrances({ policies, entrances, guards }),
    inject: [RoutePolicies, Entrances, AuthGuard, RolesGuard],
  },
  {
    provide: TRANSPORTS_ATTACHED,
    useFactory: (
      resolved: ResolvedAuthOptions,
      ...[config, gateways, entrances, reception, lasting]: HostParts
    ): true => {
      const host = hostOf(resolved, config, { gateways, entrances, reception, lasting });
      for (const each of resolved.transports) each.attach?.(host);
      return true;
    },
    inject: [
      ...[RESOLVED_OPTIONS, ApplicationConfig, Gateways],
      ...[ConnectionEntrances, Reception, LastingCalls],
    ],
  },
];

interface Served {
  readonly gateways: Gateways;
  readonly entrances: ConnectionEntrances;
  readonly reception: Reception;
  readonly lasting: LastingCalls;
}

function hostOf(
  { global: isGlobal, clock, styles }: ResolvedAuthOptions,
  config: ApplicationConfig,
  { gateways, entrances, reception, lasting }: Served,
): TransportHost {
  return {
    ...{ config, clock, styles, isGlobal, lasting, anywhere: gateways.anywhere },
    gateways: () => gateways.all(),
    entrance: (rules) => entrances.of(rules),
    receive: (request) => {
      reception.strip(request);
    },
  };
}
