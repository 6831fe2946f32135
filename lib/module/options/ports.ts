import type { Type } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import { AuthConfigurationError } from '../../core/auth-configuration-error.js';

/** Gives the instance of a class in the application's container. */
export type Container = (needed: Type) => object;

/** The container of a running application. */
export function containerOf(module: ModuleRef): Container {
  return (needed) => module.get<object>(needed, { strict: false });
}

/** Something of the application's that is called by one method. */
export interface Port<T extends object> {
  /** The class that the container must have; `undefined` where an object or a function was given. */
  readonly needs: Type | undefined;
  in(container: Container): T;
}

/**
 * Takes a function, an object with the method, or a class whose instance the container has, for one and
 * the same.
 *
 * @throws {AuthConfigurationError} When it is none of these.
 */
export function resolvePort<T extends object>(
  option: string,
  given: unknown,
  method: keyof T & string,
): Port<T> {
  if (isClassWith(method, given)) {
    // When it is called first, the container has its instance.
    return { needs: given, in: (container) => container(given) as T };
  }
  const port = typeof given === 'function' ? { [method]: given } : given;
  if (isClass(given) || !hasMethod(method, port)) throw noPort(option, method);
  return { needs: undefined, in: () => port as unknown as T };
}

function isClassWith(method: string, given: unknown): given is Type {
  return typeof given === 'function' && hasMethod(method, given.prototype);
}

/** Called as a function, it would throw. */
function isClass(given: unknown): boolean {
  return typeof given === 'function' && /^class\b/.test(Function.prototype.toString.call(given));
}

function hasMethod(method: string, value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return typeof (value as Record<string, unknown>)[method] === 'function';
}

function noPort(option: string, method: string): AuthConfigurationError {
  return new AuthConfigurationError(
    option,
    `has no method ${method}`,
    `Give a function, an object with ${method}(), or a class with ${method}() that a module provides.`,
  );
}
