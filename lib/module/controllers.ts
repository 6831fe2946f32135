import { MetadataScanner, type ModulesContainer } from '@nestjs/core';
import { CLASS_DECLARATIONS } from '../decorators/declarations.js';
import type { Controller } from '../guards/ancestry.js';
import { identify } from '../guards/handler-identity.js';
import type { NamedHandler, RoutePolicies } from '../guards/route-policies.js';
import { hasResolvers } from './resolvers.js';

/** A handler of a controller, as its class has it or as its instance replaced it. */
export interface ControllerHandler extends NamedHandler {
  readonly name: string;
  /** What the class has under the name; Nest reads its metadata. */
  readonly method: NamedHandler['handler'];
}

/** Marks a provider that is a WebSocket gateway. */
export const GATEWAY = 'websockets:is_gateway';

/** What Nest calls when a client has connected to a gateway. */
export const CONNECTION = 'handleConnection';

/**
 * Every handler of every controller, gateway and resolver of the application, and every method on which
 * some other provider declares something.
 */
export function* handlersOf(modules: ModulesContainer): Generator<ControllerHandler> {
  for (const { controllers, providers } of modules.values()) {
    const others = [...providers.values()].filter(({ metatype }) => isConcerned(metatype));
    for (const { metatype, instance } of [...controllers.values(), ...others]) {
      if (isController(metatype)) yield* handlersIn(metatype, instance);
    }
  }
}

/** Nest finds a handler by the metadata of the method its class has, and calls what the instance has. */
function* handlersIn(metatype: Controller, instance: unknown): Generator<ControllerHandler> {
  const prototype = metatype.prototype as Record<string, unknown>;
  const controller = classOf(metatype, instance);
  for (const name of new MetadataScanner().getAllMethodNames(prototype)) {
    const method = prototype[name];
    if (!isHandler(method) || Reflect.getMetadataKeys(method).length === 0) continue;
    const called = (instance as Record<string, unknown> | null)?.[name];
    for (const handler of new Set([method, called])) {
      if (isHandler(handler)) yield { controller, metatype, name, method, handler };
    }
  }
}

/** What Nest takes for the class: the constructor of the instance, whatever a decorator put in its place. */
export function classOf(metatype: Controller, instance: unknown): Controller {
  const { constructor } = (instance ?? metatype.prototype) as { readonly constructor: unknown };
  return isController(constructor) ? constructor : metatype;
}

/** To be done before Nest sets up its routes. */
export function identifyHandlers(modules: ModulesContainer): void {
  for (const { method } of handlersOf(modules)) identify(method);
}

/**
 * Compiles what holds for every handler under its own name, so that a handler which an instance
 * replaced (`this.find = this.find.bind(this)`) keeps its declaration.
 *
 * @throws {AuthConfigurationError} When one function is two handlers, for which different things hold.
 */
export function compileRoutes(modules: ModulesContainer, policies: RoutePolicies): void {
  for (const each of handlersOf(modules)) policies.learn(each);
}

function isConcerned(metatype: unknown): boolean {
  if (!isController(metatype)) return false;
  const keys = [GATEWAY, CLASS_DECLARATIONS];
  return keys.some((key) => Reflect.hasMetadata(key, metatype)) || hasResolvers(metatype);
}

function isController(metatype: unknown): metatype is Controller {
  return typeof metatype === 'function';
}

function isHandler(value: unknown): value is NamedHandler['handler'] {
  return typeof value === 'function';
}
