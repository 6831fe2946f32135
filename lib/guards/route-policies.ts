import type { ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import {
  CLASS_DECLARATIONS,
  HANDLER_DECLARATION,
  type OwnedDeclarations,
} from '../decorators/declarations.js';
import {
  emptyDeclaration,
  type ClassDeclarations,
  type Declaration,
} from '../policy/declaration.js';
import { compileRoutePolicy, type RoutePolicy } from '../policy/route-policy.js';

type Controller = abstract new (...args: never[]) => unknown;
type Handler = ReturnType<ExecutionContext['getHandler']>;

/** What is declared on every handler, compiled once for each pair of class and handler. */
export class RoutePolicies {
  readonly #reflector: Reflector;
  readonly #compiled = new WeakMap<Controller, WeakMap<Handler, RoutePolicy>>();

  constructor(reflector: Reflector) {
    this.#reflector = reflector;
  }

  /**
   * What holds for a handler.
   *
   * @returns `undefined` when the class declares something on its handlers and it cannot be told
   *   which of them this function is: it is to be refused.
   */
  of(controller: Controller, handler: Handler): RoutePolicy | undefined {
    return this.#compiled.get(controller)?.get(handler) ?? this.#discover(controller, handler);
  }

  /** Compiles what holds for a handler whose name is known: how it is called later does not matter. */
  learn(controller: Controller, key: string | symbol | undefined, handler: Handler): RoutePolicy {
    const declaration = this.#declarationOn(handler);
    const policy = compileRoutePolicy(this.#chainOf(controller), key, declaration);
    const ofController = this.#compiled.get(controller) ?? new WeakMap<Handler, RoutePolicy>();
    this.#compiled.set(controller, ofController.set(handler, policy));
    return policy;
  }

  #discover(controller: Controller, handler: Handler): RoutePolicy | undefined {
    const key = nameOf(controller, handler);
    const isIdentified = key !== undefined || this.#declarationOn(handler) !== undefined;
    const hasDeclaredHandlers = this.#chainOf(controller).some(({ onHandlers }) => onHandlers.size);
    if (!isIdentified && hasDeclaredHandlers) return;
    return this.learn(controller, key, handler);
  }

  #chainOf(controller: Controller): readonly ClassDeclarations[] {
    return inheritanceOf(controller).map((each) => this.#declarationsIn(each));
  }

  /** `Reflector` reads a base class's metadata where a class has none of its own. */
  #declarationsIn(controller: Controller): ClassDeclarations {
    const found = this.#reflector.get<OwnedDeclarations | undefined>(
      CLASS_DECLARATIONS,
      controller,
    );
    return found?.owner === controller
      ? found
      : { onClass: emptyDeclaration(), onHandlers: new Map() };
  }

  #declarationOn(handler: Handler): Declaration | undefined {
    return this.#reflector.get<Declaration | undefined>(HANDLER_DECLARATION, handler);
  }
}

function inheritanceOf(controller: Controller): readonly Controller[] {
  const base: unknown = Object.getPrototypeOf(controller);
  const isClass = typeof base === 'function' && base !== Function.prototype;
  return isClass ? [controller, ...inheritanceOf(base as Controller)] : [controller];
}

/** The name under which a class has the function; failing that, the function's own, without what `bind` puts before it. */
function nameOf(controller: Controller, handler: Handler): string | symbol | undefined {
  const prototypes = inheritanceOf(controller).map((each) => each.prototype as object);
  for (const prototype of prototypes) {
    const key = Reflect.ownKeys(prototype).find((name) => methodOf(prototype, name) === handler);
    if (key !== undefined) return key;
  }
  const own = handler.name.replace(/^(?:bound )+/, '');
  return prototypes.some((prototype) => methodOf(prototype, own)) ? own : undefined;
}

function methodOf(prototype: object, name: string | symbol): unknown {
  return Object.getOwnPropertyDescriptor(prototype, name)?.value;
}
