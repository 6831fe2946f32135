import 'reflect-metadata';
import { All, Controller as ControllerAt, Get, Head, Post } from '@nestjs/common';
import {
  Authenticated,
  OptionalAuth,
  Permissions,
  Public,
  RoleMap,
  Roles,
  Scopes,
} from '../../lib/index.js';
import { rulingOf } from './declared-rules.js';
import type { Requiring, Written, WrittenClass, WrittenClasses } from './written.js';

export type Controller = new () => { handle(): void };

const HANDLER = 'handle';
const DECORATORS = { roles: Roles, permissions: Permissions, scopes: Scopes };
const ROUTES = { GET: Get, POST: Post, HEAD: Head, ALL: All };

/**
 * The classes with their decorators, as TypeScript would make them, base class first.
 *
 * @throws {AuthConfigurationError} When a decorator refuses.
 */
export function declaredClasses(classes: WrittenClasses): readonly Controller[] {
  const made: Controller[] = [];
  for (const written of classes) {
    const controller = newClass(made.at(-1), written);
    decorateHandler(controller, written);
    const decorators = [ControllerAt(listed(written.path)), ...written.aboveClass.map(decoratorOf)];
    Reflect.decorate(decorators as ClassDecorator[], controller);
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
function decorateHandler({ prototype }: Controller, { aboveHandler, route }: WrittenClass): void {
  if (!aboveHandler) return;
  const routed = ROUTES[route.method](listed(route.path));
  const decorators = [routed, ...aboveHandler.map(decoratorOf)];
  const descriptor = Object.getOwnPropertyDescriptor(prototype, HANDLER);
  const decorated = Reflect.decorate(decorators, prototype as object, HANDLER, descriptor);
  Object.defineProperty(prototype, HANDLER, decorated);
}

/** Nest takes no list that is read-only. */
function listed(path: string | readonly string[]): string | string[] {
  return typeof path === 'string' ? path : [...path];
}

function decoratorOf(written: Written): MethodDecorator {
  switch (written.is) {
    case 'public':
      return Public();
    case 'optional':
      return OptionalAuth();
    case 'optional-anonymous':
      return OptionalAuth({ onInvalid: 'anonymous' });
    case 'authenticated':
      return Authenticated();
    case 'required':
      return requirementOf(written);
    case 'rule':
      return rulingOf(written);
    case 'role-map':
      return RoleMap(written.map) as unknown as MethodDecorator;
    case 'trace':
      return trace;
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
