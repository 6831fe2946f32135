import 'reflect-metadata';
import { Get } from '@nestjs/common';
import { Permissions, Public, Roles, Scopes } from '../../lib/index.js';
import type { Requiring, Written, WrittenClass, WrittenClasses } from './model.js';

export type Controller = new () => { handle(): void };

const HANDLER = 'handle';
const DECORATORS = { roles: Roles, permissions: Permissions, scopes: Scopes };

/**
 * The classes with their decorators, as TypeScript would make them, base class first.
 *
 * @throws {AuthConfigurationError} When a decorator refuses.
 */
export function declaredClasses(classes: WrittenClasses): readonly Controller[] {
  const made: Controller[] = [];
  for (const written of classes) {
    const controller = newClass(made.at(-1), written);
    if (written.aboveHandler) decorateHandler(controller, written.aboveHandler);
    Reflect.decorate(written.aboveClass.map(decoratorOf) as ClassDecorator[], controller);
    made.push(controller);
  }
  return made;
}

function newClass(above: Controller | undefined, { aboveHandler }: WrittenClass): Controller {
  if (!above) {
    return class Base {
      handle(): void {
        // Only its declaration matters.
      }
    };
  }
  if (!aboveHandler) return class Inheriting extends above {};
  return class Overriding extends above {
    override handle(): void {
      super.handle();
    }
  };
}

/** Nest's own decorator stands at the top, so that Nest finds a route whatever replaced the function. */
function decorateHandler({ prototype }: Controller, written: readonly Written[]): void {
  const decorators = [Get(), ...written.map(decoratorOf)];
  const descriptor = Object.getOwnPropertyDescriptor(prototype, HANDLER);
  const decorated = Reflect.decorate(decorators, prototype as object, HANDLER, descriptor);
  Object.defineProperty(prototype, HANDLER, decorated);
}

function decoratorOf(written: Written): MethodDecorator {
  switch (written.is) {
    case 'public':
      return Public();
    case 'trace':
      return trace;
    case 'required':
      return requirementOf(written);
  }
}

function requirementOf({ kind, variant, names }: Requiring): MethodDecorator {
  const decorator = DECORATORS[kind];
  return variant === 'bare' ? decorator(...names) : decorator[variant](...names);
}

/** Replaces the function, as tracing decorators do, and copies nothing. */
const trace: MethodDecorator = (_target, _key, descriptor) => {
  const original = descriptor.value as unknown as (...args: unknown[]) => unknown;
  const traced = function (this: unknown, ...args: unknown[]): unknown {
    return original.apply(this, args);
  };
  descriptor.value = traced as never;
};
