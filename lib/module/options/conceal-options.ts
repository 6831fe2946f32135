import type { DynamicModule, FactoryProvider, Provider, ValueProvider } from '@nestjs/common';
import { Concealed } from '../../core/concealed.js';
import type { AuthModuleOptions } from './auth-options.js';

/** The options as they were given, secrets included, where nobody looks at them by accident. */
export type ConcealedOptions = Concealed<AuthModuleOptions | undefined>;

/** Hides the options that a module was given from whoever inspects the application. */
export function concealOptions(module: DynamicModule, token: string | symbol): DynamicModule {
  const providers = module.providers?.map((each) => (provides(each, token) ? conceal(each) : each));
  return { ...module, providers: providers ?? [] };
}

type OptionsProvider = ValueProvider<AuthModuleOptions> | FactoryProvider<AuthModuleOptions>;

function provides(provider: Provider, token: string | symbol): provider is OptionsProvider {
  return 'provide' in provider && provider.provide === token;
}

function conceal(provider: OptionsProvider): Provider<ConcealedOptions> {
  if ('useValue' in provider) return { ...provider, useValue: new Concealed(provider.useValue) };
  const { useFactory } = provider;
  return {
    ...provider,
    useFactory: async (...dependencies: unknown[]) =>
      new Concealed(await useFactory(...dependencies)),
  };
}
