import { Inject, Injectable, Module, Scope } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { AuthModule, type AuthModuleOptions, type AuthOptionsFactory } from '../../lib/index.js';
import { boot } from './boot.js';

const ISSUER = { issuer: 'https://login.test/', audience: 'api://orders' };

describe('forRootAsync', () => {
  const options: AuthModuleOptions = { issuers: [ISSUER] };

  @Injectable()
  class Factory implements AuthOptionsFactory {
    createAuthOptions(): Promise<AuthModuleOptions> {
      return Promise.resolve(options);
    }
  }

  @Module({ providers: [Factory], exports: [Factory] })
  class FactoryModule {}

  @Injectable({ scope: Scope.REQUEST })
  class PerRequest {}

  @Injectable()
  class Indirect {
    constructor(@Inject(PerRequest) readonly perRequest: PerRequest) {}
  }

  @Module({ providers: [PerRequest, Indirect], exports: [PerRequest, Indirect] })
  class PerRequestModule {}

  const useFactory = (): AuthModuleOptions => options;

  it.each([
    ['useFactory', { useFactory }],
    ['useFactory with inject', { imports: [FactoryModule], inject: [Factory], useFactory }],
    ['useClass', { useClass: Factory }],
    ['useExisting', { imports: [FactoryModule], useExisting: Factory }],
  ])('takes %s', async (_, given) => {
    expect(await boot(AuthModule.forRootAsync(given))).toBe('booted');
  });

  it('refuses to be without a factory', () => {
    expect(() => AuthModule.forRootAsync({})).toThrow(
      /^AuthModule\.forRootAsync has nothing to make/,
    );
  });

  it('says so where the factory gives nothing', async () => {
    const given = { useFactory: () => undefined as unknown as AuthModuleOptions };
    expect(await boot(AuthModule.forRootAsync(given))).toMatch(
      /let the factory return such an object/,
    );
  });

  it('checks what the factory gives', async () => {
    const given = { useFactory: () => Promise.resolve({ issuers: [] }) };
    expect(await boot(AuthModule.forRootAsync(given))).toMatch(/^issuers names nobody/);
  });

  it.each([
    ['the request', { inject: [REQUEST], useFactory }, 'REQUEST'],
    [
      'a request-scoped provider',
      { imports: [PerRequestModule], inject: [PerRequest], useFactory },
      'PerRequest',
    ],
    [
      'one behind another',
      { imports: [PerRequestModule], inject: [{ token: Indirect, optional: true }], useFactory },
      'PerRequest',
    ],
  ])('refuses a factory that depends on %s', async (_, given, culprit) => {
    expect(await boot(AuthModule.forRootAsync(given))).toMatch(
      new RegExp(
        `^AuthModule\\.forRootAsync depends on ${culprit}, which is request-scoped\\. Inject singletons`,
      ),
    );
  });
});
