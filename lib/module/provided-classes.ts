import type { Type } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import type { RoutePolicies } from '../guards/route-policies.js';
import { needsOf } from '../policy/rule.js';
import type { ControllerHandler } from './controllers.js';
import type { ResolvedAuthOptions } from './options/resolve-options.js';

/**
 * Finds the classes that rules rest on, so that a missing one is told of at boot and not by the first
 * request.
 *
 * @throws {AuthConfigurationError} When the container has none, or makes one for each request.
 */
export function assertProvided(
  handlers: Iterable<ControllerHandler>,
  policies: RoutePolicies,
  container: ModuleRef,
): void {
  for (const each of handlers) {
    for (const { rule, declaredOn } of policies.of(each)?.rules ?? []) {
      for (const needed of needsOf(rule)) assertHeld(needed as Type, declaredOn, container);
    }
  }
}

/**
 * Finds the classes that the options rest on.
 *
 * @throws {AuthConfigurationError} When the container has none, or makes one for each request.
 */
export function assertPortsProvided(options: ResolvedAuthOptions, container: ModuleRef): void {
  const { credentials, principal, revocation, tenant, dynamicIssuers, onEvent } = options;
  for (const { kind, needs } of credentials) {
    for (const needed of needs) assertHeld(needed, `credentials: ${kind}`, container);
  }
  const ports = {
    'principal.load': principal.loader,
    'tenant.validate': tenant?.validator,
    ...{ revocation, onEvent },
    'dynamicIssuers.resolve': dynamicIssuers.resolver,
  };
  for (const [option, port] of Object.entries(ports)) {
    if (port?.needs) assertHeld(port.needs, option, container);
  }
}

function assertHeld(needed: Type, declaredOn: string, container: ModuleRef): void {
  try {
    container.get<unknown>(needed, { strict: false });
  } catch {
    throw new AuthConfigurationError(
      `${declaredOn} requires ${needed.name}, which`,
      'no module provides as a singleton',
      `Add ${needed.name} to the providers of a module, and let it depend on nothing request-scoped.`,
    );
  }
}
