import type { ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import { HANDLER_DECLARATION } from '../decorators/declarations.js';
import type { Declaration } from '../policy/declaration.js';
import {
  compileRoutePolicy,
  isSamePolicy,
  type NamedDeclarations,
  type RouteFacts,
  type RoutePolicy,
} from '../policy/route-policy.js';
import { ancestryOf, methodOf, type Controller } from './ancestry.js';
import { chainOf } from './class-declarations.js';
import type { CompiledRoleMap } from '../policy/role-map.js';
import { originalOf } from './handler-identity.js';
import { operationOf } from './operation.js';
import type { Target } from './visit.js';

type Handler = ReturnType<ExecutionContext['getHandler']>;

/** What `@Sse()` writes on a handler. */
const EVENT_STREAM = '__sse__';

/** A handler whose name is known. */
export interface NamedHandler {
  /** The class that Nest tells the guards. */
  readonly controller: Controller;
  /** The class that was registered: another object, where a decorator put one in the place of a class. */
  readonly metatype: Controller;
  readonly name: string | symbol;
  /** The function that Nest calls. */
  readonly handler: Handler;
}

/** What is declared on every handler, compiled once for each pair of class and handler. */
export class RoutePolicies {
  readonly #reflector: Reflector;
  readonly #roleMap: CompiledRoleMap | undefined;
  readonly #compiled = new WeakMap<Controller, WeakMap<Handler, RoutePolicy>>();
  readonly #metatypes = new WeakMap<Controller, Set<Controller>>();

  /** @param roleMap That of the module. */
  constructor(reflector: Reflector, roleMap?: CompiledRoleMap) {
    this.#reflector = reflector;
    this.#roleMap = roleMap;
  }

  /**
   * What holds for a handler.
   *
   * @returns `undefined` when the class declares something on its handlers and it cannot be told
   *   which of them this function is: it is to be refused.
   */
  of({ controller, handler }: Target): RoutePolicy | undefined {
    return this.#compiled.get(controller)?.get(handler) ?? this.#discover(controller, handler);
  }

  /**
   * Compiles what holds for a handler whose name is known.
   *
   * @throws {AuthConfigurationError} When the function is another handler too, for which something
   *   else holds: nobody can tell, when it is called, which of the two is meant.
   */
  learn({ controller, metatype, name, handler }: NamedHandler): RoutePolicy {
    const metatypes = this.#metatypes.get(controller) ?? new Set();
    this.#metatypes.set(controller, metatypes.add(metatype));
    const chain = chainOf([metatype, controller]);
    const method = methodOf(metatype.prototype, name);
    const policy = compileRoutePolicy(chain, name, this.#factsOf(handler, metatype, method));
    const known = this.#compiled.get(controller)?.get(handler);
    if (known && !isSamePolicy(known, policy)) throw oneFunctionForTwo(controller, name);
    return this.#keep(controller, handler, policy);
  }

  #keep(controller: Controller, handler: Handler, policy: RoutePolicy): RoutePolicy {
    const ofController = this.#compiled.get(controller) ?? new WeakMap<Handler, RoutePolicy>();
    this.#compiled.set(controller, ofController.set(handler, policy));
    return policy;
  }

  #discover(controller: Controller, handler: Handler): RoutePolicy | undefined {
    const original = originalOf(handler);
    const known = this.#compiled.get(controller)?.get(original);
    if (known) return this.#keep(controller, handler, known);
    const [metatype = controller, ...others] = this.#metatypes.get(controller) ?? [];
    const chain = chainOf([metatype, controller]);
    const name = nameOf(original, ancestryOf(controller));
    const facts = this.#factsOf(original, metatype);
    const isClear = name !== undefined || !this.#dependsOnName(chain, facts);
    if (others.length > 0 || !isClear) return;
    const policy = compileRoutePolicy(chain, name, facts);
    return this.#keep(controller, handler, policy);
  }

  /** Whether it matters which handler a function is: what is declared on handlers, or asked of methods. */
  #dependsOnName(chain: readonly NamedDeclarations[], { operation }: RouteFacts): boolean {
    const isMapped = this.#roleMap !== undefined || chain.some(({ onClass }) => onClass.roleMap);
    const declares = chain.some(({ onHandlers }) => onHandlers.size > 0);
    return declares || (isMapped && operation === undefined);
  }

  /** Nest routes by what the class has under the name, whatever the instance has in its place. */
  #factsOf(handler: Handler, metatype: Controller, method: unknown = handler): RouteFacts {
    const known = typeof method === 'function' ? method : handler;
    return {
      onFunction: this.#reflector.get<Declaration | undefined>(HANDLER_DECLARATION, handler),
      operation: operationOf(known, metatype) ?? operationOf(handler, metatype),
      isEventStream: [known, handler].some((each) => Reflect.hasMetadata(EVENT_STREAM, each)),
      roleMap: this.#roleMap,
    };
  }
}

/**
 * The name under which a class has a function, if it is one of its handlers: those carry Nest's
 * metadata. A function's own name proves nothing.
 */
function nameOf(handler: Handler, ancestry: readonly Controller[]): string | symbol | undefined {
  if (Reflect.getMetadataKeys(handler).length === 0) return;
  for (const { prototype } of ancestry) {
    const key = Reflect.ownKeys(prototype).find((name) => methodOf(prototype, name) === handler);
    if (key !== undefined) return key;
  }
  return;
}

function oneFunctionForTwo({ name }: Controller, key: string | symbol): AuthConfigurationError {
  return new AuthConfigurationError(
    `${name}.${String(key)}`,
    'is the same function as another handler, for which something else is declared',
    'Give each handler a function of its own.',
  );
}
