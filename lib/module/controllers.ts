import { MetadataScanner, type ModulesContainer } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
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
  const seen = new Set<unknown>();
  const made: unknown[] = [];
  for (const { controllers, providers } of modules.values()) {
    const others: Registered[] = [];
    for (const each of providers.values()) {
      if (isClass(each)) others.push(each);
      else made.push(each.instance);
    }
    for (const { metatype, instance } of [...controllers.values(), ...others.filter(isConcerned)]) {
      seen.add(instance);
      if (isController(metatype)) yield* handlersIn(metatype, instance);
    }
  }
  yield* handlersOfMade(made.filter((instance) => !seen.has(instance)));
}

/** What is provided, as Nest keeps it. */
type Registered = Pick<InstanceWrapper, 'metatype' | 'instance' | 'inject'>;

/** What functions made, or is given as a value, has handlers as well: Nest looks at the prototype. */
function* handlersOfMade(instances: Iterable<unknown>): Generator<ControllerHandler> {
  for (const instance of new Set(instances)) {
    const metatype = makerOf(instance);
    if (metatype && isConcerned({ metatype })) yield* handlersIn(metatype, instance);
  }
}

/** The class of an instance. Nobody's getter is called. */
function makerOf(instance: unknown): Controller | undefined {
  if (typeof instance !== 'object' || instance === null) return;
  const prototype = Object.getPrototypeOf(instance) as object | null;
  const maker: unknown =
    prototype && Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  return isController(maker) && maker.prototype === prototype ? maker : undefined;
}

/** Of what a function makes, Nest keeps that function as the class. */
function isClass({ metatype, inject }: Registered): boolean {
  return isController(metatype) && !inject;
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

function isConcerned({ metatype }: Pick<Registered, 'metatype'>): boolean {
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
