import { AuthConfigurationError } from '../core/auth-configuration-error.js';

/** What is asked of a store, and what does. */
export interface StoreNeeds {
  readonly methods: readonly string[];
  readonly cure: string;
}

/** @throws {AuthConfigurationError} Unless it has the methods: without one of them, it would fail when it is first needed. */
export function assertStore(option: string, store: unknown, { methods, cure }: StoreNeeds): void {
  if (store === undefined) throw new AuthConfigurationError(option, 'is missing', cure);
  const isObject = typeof store === 'object' && store !== null;
  const missing = methods.find(
    (name) => !isObject || typeof Reflect.get(store, name) !== 'function',
  );
  if (missing === undefined) return;
  throw new AuthConfigurationError(option, `has no method ${missing}`, cure);
}

/** @throws {AuthConfigurationError} Unless it is a text: another value would be one that nobody meant. */
export function assertKeyPrefix(option: string, value: unknown): void {
  if (typeof value === 'string') return;
  throw new AuthConfigurationError(
    option,
    'is no text',
    'Give what keys begin with, or leave it out.',
  );
}
