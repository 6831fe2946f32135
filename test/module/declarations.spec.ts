import 'reflect-metadata';
import { Controller, Get } from '@nestjs/common';
import { AuthConfigurationError, Permissions, Public, Roles, Scopes } from '../../lib/index.js';
import { get, start } from '../e2e/http/application.js';

const ISSUER = { issuer: 'https://login.test/', audience: 'api://orders' };

describe('a declaration is refused when', () => {
  const declaring =
    (...decorators: (MethodDecorator & ClassDecorator)[]) =>
    () => {
      class Declared {
        handler(): void {
          // Only its declaration matters.
        }
      }
      const descriptor = Object.getOwnPropertyDescriptor(Declared.prototype, 'handler');
      for (const decorate of decorators) {
        decorate(Declared.prototype, 'handler', descriptor ?? {});
      }
    };

  it.each([
    ['@Roles()', Roles(), 'Roles', 'names nothing'],
    ['@Roles([])', Roles([]), 'Roles', 'names nothing'],
    ['@Roles.all()', Roles.all(), 'Roles.all', 'names nothing'],
    ['@Permissions.any([])', Permissions.any([]), 'Permissions.any', 'names nothing'],
    [
      '@Scopes(undefined)',
      Scopes(undefined as unknown as string),
      'Scopes',
      'names undefined, which a circular import may have left behind',
    ],
    ['@Roles("")', Roles(''), 'Roles', 'has a name that is empty'],
    ['@Roles("admin ")', Roles('admin '), 'Roles', 'has a name that is empty or padded'],
    ['@Roles(1.5)', Roles(1.5), 'Roles', 'names a number'],
    ['@Scopes("a b")', Scopes('a b'), 'Scopes', 'has a scope with a character'],
    ['@Scopes("a\\r\\nX: 1")', Scopes('a\r\nX: 1'), 'Scopes', 'has a scope with a character'],
    ['@Scopes("données")', Scopes('données'), 'Scopes', 'has a scope with a character'],
  ])('it is %s', (_, decorator, spelling, problem) => {
    const message = `@${spelling} on Declared.handler ${problem}`;
    expect(declaring(decorator)).toThrow(AuthConfigurationError);
    expect(declaring(decorator)).toThrow(message);
    expect(declaring(decorator)).toThrow(
      /\. Name the (roles|permissions|scopes) it requires, .* any authenticated caller gets in\.$/,
    );
  });

  it('@Public stands beside @Roles on one handler, in either order', () => {
    const message = /^@Public on Declared\.handler contradicts .* Remove @Public/;
    expect(declaring(Public(), Roles('admin'))).toThrow(message);
    expect(declaring(Roles('admin'), Public())).toThrow(message);
  });

  it('@Public stands beside @Scopes on one class', () => {
    expect(() => {
      @Public()
      @Scopes('x')
      class Declared {}
      return Declared;
    }).toThrow(/^@Public on Declared contradicts/);
  });

  it('@Public stands above a proxy of a class that requires something', () => {
    expect(() => {
      @Public()
      @((target: object) => new Proxy(target, {}) as never)
      @Roles('admin')
      class Declared {}
      return Declared;
    }).toThrow(/^@Public on Declared contradicts/);
  });

  it('it is not on a method', () => {
    const onProperty = Roles('admin') as PropertyDecorator;
    expect(() => {
      class Declared {
        @onProperty
        property = 1;
      }
      return Declared;
    }).toThrow(/^@Roles on Declared\.property is not on a method\. Put it/);
  });
});

it('a parameter decorator says so where no guard ran', async () => {
  const { CurrentUser } = await import('../../lib/index.js');

  @Controller()
  class Unguarded {
    @Get()
    handler(@CurrentUser() user: unknown): object {
      return { user };
    }
  }

  const api = await start('express', {
    controllers: [Unguarded],
    auth: { issuers: [ISSUER], global: false },
  });
  expect(await get(api.url)).toMatchObject({ status: 500 });
  await api.close();
});
