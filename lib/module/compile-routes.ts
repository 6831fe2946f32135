import { MetadataScanner, type ModulesContainer } from '@nestjs/core';
import type { RoutePolicies } from '../guards/route-policies.js';

type Controller = Parameters<RoutePolicies['learn']>[0];
type Handler = Parameters<RoutePolicies['learn']>[2];

/**
 * Compiles what holds for every handler of every controller, under its own name, so that a handler
 * which an instance replaced (`this.find = this.find.bind(this)`) keeps its declaration.
 */
export function compileRoutes(modules: ModulesContainer, policies: RoutePolicies): void {
  const scanner = new MetadataScanner();
  for (const { controllers } of modules.values()) {
    for (const { metatype, instance } of controllers.values()) {
      if (!isController(metatype)) continue;
      for (const name of scanner.getAllMethodNames(metatype.prototype as object)) {
        for (const handler of handlersNamed(name, metatype, instance)) {
          policies.learn(metatype, name, handler);
        }
      }
    }
  }
}

function isController(metatype: unknown): metatype is Controller {
  return typeof metatype === 'function';
}

function handlersNamed(name: string, controller: Controller, instance: unknown): Set<Handler> {
  const places: unknown[] = [controller.prototype, instance];
  const found = places.map((place) => (place as Record<string, unknown> | null)?.[name]);
  return new Set(found.filter(isHandler));
}

function isHandler(value: unknown): value is Handler {
  return typeof value === 'function';
}
