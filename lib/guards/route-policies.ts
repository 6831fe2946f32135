import type { ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import {
  CLASS_DECLARATIONS,
  HANDLER_DECLARATION,
  type OwnedDeclarations,
} from '../decorators/declarations.js';
import {
  closingPart,
  NOTHING_DECLARED,
  type ClassDeclarations,
  type Declaration,
} from '../policy/declaration.js';
import { compileRoutePolicy, isSamePolicy, type RoutePolicy } from '../policy/route-policy.js';
import { ancestryOf, methodOf, type Controller } from './ancestry.js';

type Handler = ReturnType<ExecutionContext['getHandler']>;

/** What is declared on every handler, compiled once for each pair of class and handler. */
export class RoutePolicies {
  readonly #reflector: Reflector;
  readonly #compiled = new WeakMap<Controller, WeakMap<Handler, RoutePolicy>>();
  readonly #alsoKnownAs = new WeakMap<Controller, Controller>();

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

  /**
   * Compiles what holds for a handler whose name is known.
   *
   * @throws {AuthConfigurationError} When the function is another handler too, for which something
   *   else holds: nobody can tell, when it is called, which of the two is meant.
   */
  learn(controller: Controller, key: string | symbol | undefined, handler: Handler): RoutePolicy {
    const chain = this.#chainOf(controller);
    const policy = compileRoutePolicy(chain, key, this.#declarationOn(handler));
    const ofController = this.#compiled.get(controller) ?? new WeakMap<Handler, RoutePolicy>();
    const known = ofController.get(handler);
    if (known && !isSamePolicy(known, policy)) throw oneFunctionForTwo(controller, key);
    this.#compiled.set(controller, ofController.set(handler, policy));
    return policy;
  }

  /** Lets what another class object requires hold too: a decorator may have put one in the place of a class. */
  alsoKnownAs(controller: Controller, other: Controller): void {
    if (controller !== other) this.#alsoKnownAs.set(controller, other);
  }

  #discover(controller: Controller, handler: Handler): RoutePolicy | undefined {
    const key = this.#keyOf(controller, handler);
    const declares = this.#chainOf(controller).some(({ onHandlers }) => onHandlers.size > 0);
    return key === undefined && declares ? undefined : this.learn(controller, key, handler);
  }

  /**
   * The name of a handler, by what cannot be mistaken: the function itself, or the declaration that
   * whoever wrapped it copied along. A function's own name proves nothing.
   */
  #keyOf(controller: Controller, handler: Handler): string | symbol | undefined {
    const isHandler = Reflect.getMetadataKeys(handler).length > 0;
    if (!isHandler) return;
    for (const { prototype } of this.#ancestryOf(controller)) {
      const key = Reflect.ownKeys(prototype).find((name) => methodOf(prototype, name) === handler);
      if (key !== undefined) return key;
    }
    const declaration = this.#declarationOn(handler);
    const declared = this.#chainOf(controller).flatMap(({ onHandlers }) => [...onHandlers]);
    return declaration && declared.find(([, each]) => each === declaration)?.[0];
  }

  #ancestryOf(controller: Controller): readonly Controller[] {
    const other = this.#alsoKnownAs.get(controller);
    return [...new Set([controller, other].flatMap((each) => (each ? ancestryOf(each) : [])))];
  }

  #chainOf(controller: Controller): readonly ClassDeclarations[] {
    const ancestry = this.#ancestryOf(controller);
    return ancestry.map((each) => this.#declarationsIn(each, ancestry));
  }

  /**
   * `Reflector` gives a base class's declarations where a class has none of its own: they are met
   * with again at the base class. Those of a class that is no ancestor were copied along with the
   * other metadata: what they require holds.
   */
  #declarationsIn(each: Controller, ancestry: readonly object[]): ClassDeclarations {
    const found = this.#reflector.get<OwnedDeclarations | undefined>(CLASS_DECLARATIONS, each);
    if (found?.owner === each) return found;
    return found && !ancestry.includes(found.owner) ? closingPart(found) : NOTHING_DECLARED;
  }

  #declarationOn(handler: Handler): Declaration | undefined {
    return this.#reflector.get<Declaration | undefined>(HANDLER_DECLARATION, handler);
  }
}

function oneFunctionForTwo(
  { name }: Controller,
  key: string | symbol | undefined,
): AuthConfigurationError {
  return new AuthConfigurationError(
    `${name}.${String(key)}`,
    'is the same function as another handler, for which something else is declared',
    'Give each handler a function of its own.',
  );
}
