import { Scope } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { AuthConfigurationError } from '../core/auth-configuration-error.js';

type Module = ReturnType<ModulesContainer['values']> extends Iterable<infer M> ? M : never;
type Provider = Module['providers'] extends Map<unknown, infer W> ? W : never;

/**
 * Refuses options that depend on the request: guards and keys are made once, before there is one.
 *
 * Nest notices only after the providers are made, and without naming the option.
 *
 * @throws {AuthConfigurationError}
 */
export function assertSingletonOptions(host: Module, token: string | symbol): void {
  const options = host.providers.get(token);
  const culprit = options && findRequestScoped(host, options, new Set());
  if (culprit === undefined) return;
  throw new AuthConfigurationError(
    'AuthModule.forRootAsync',
    `depends on ${culprit}, which is request-scoped`,
    'Inject singletons only, and read what differs between requests where the request is known: in a handler or a service.',
  );
}

function findRequestScoped(
  module: Module,
  provider: Provider,
  seen: Set<Provider>,
): string | undefined {
  if (seen.has(provider)) return;
  seen.add(provider);
  if (provider.scope === Scope.REQUEST) return nameOf(provider.token);
  for (const token of dependenciesOf(provider)) {
    const found = resolve(module, token, new Set());
    const culprit = found && findRequestScoped(found.module, found.provider, seen);
    if (culprit !== undefined) return culprit;
  }
  return;
}

function dependenciesOf({ inject, metatype }: Provider): readonly unknown[] {
  if (inject) return inject.map((each: unknown) => (isOptional(each) ? each.token : each));
  if (typeof metatype !== 'function') return [];
  const types = (Reflect.getMetadata('design:paramtypes', metatype) ?? []) as unknown[];
  const named = (Reflect.getMetadata('self:paramtypes', metatype) ?? []) as Named[];
  return [...types, ...named.map(({ param }) => param)];
}

interface Named {
  readonly param: unknown;
}

function isOptional(dependency: unknown): dependency is { readonly token: unknown } {
  return typeof dependency === 'object' && dependency !== null && 'token' in dependency;
}

function resolve(
  module: Module,
  token: unknown,
  seen: Set<Module>,
): { module: Module; provider: Provider } | undefined {
  if (seen.has(module)) return;
  seen.add(module);
  const provider = module.providers.get(token as string);
  if (provider) return { module, provider };
  for (const imported of module.imports) {
    const found = resolve(imported, token, seen);
    if (found) return found;
  }
  return;
}

function nameOf(token: unknown): string {
  return typeof token === 'function' ? token.name : String(token);
}
