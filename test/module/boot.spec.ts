import { generateKeyPairSync } from 'node:crypto';
import {
  Controller,
  Get,
  Inject,
  Injectable,
  Module,
  Scope,
  type DynamicModule,
  type Type,
} from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import {
  AuthConfigurationError,
  AuthModule,
  Permissions,
  Public,
  Roles,
  Scopes,
  type AuthModuleOptions,
  type AuthOptionsFactory,
} from '../../lib/index.js';
import { create, get, moduleOf, start } from '../e2e/http/application.js';

const ISSUER = { issuer: 'https://login.test/', audience: 'api://orders' };
const SECRET = 'x'.repeat(32);
const { publicKey, privateKey } = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

async function boot(...imports: (DynamicModule | Type)[]): Promise<string> {
  try {
    const app = await create('express', moduleOf({ imports }));
    await app.close();
    return 'booted';
  } catch (error) {
    expect(error).toBeInstanceOf(AuthConfigurationError);
    return (error as Error).message;
  }
}

const bootWith = (options: unknown): Promise<string> =>
  boot(AuthModule.forRoot(options as AuthModuleOptions));
const bootIssuer = (more: object): Promise<string> =>
  bootWith({ issuers: [{ ...ISSUER, ...more }] });

describe('a configuration is refused at boot, with its cure, when', () => {
  it.each([
    ['there is no issuer', {}, /^issuers names nobody .*issuers: \[{ issuer, audience }\]/],
    ['the list of issuers is empty', { issuers: [] }, /^issuers names nobody/],
    ['it is nothing at all', undefined, /^The options of AuthModule/],
    ['an option is misspelt', { issuer: [ISSUER] }, /^options\.issuer is no option.*issuers/],
    ['an issuer comes twice', { issuers: [ISSUER, ISSUER] }, /^issuers\[1\]\.issuer .* Merge/],
    ['an issuer is no object', { issuers: ['https://login.test/'] }, /^issuers\[0\] .* Give/],
    ['the cookie has no name', { issuers: [ISSUER], cookie: {} }, /^cookie\.name .* Name/],
    ['the cookie is a string', { issuers: [ISSUER], cookie: 'x' }, /^cookie .* Give/],
    ['global is no boolean', { issuers: [ISSUER], global: 'no' }, /^global .* Give/],
    ['the realm has two lines', { issuers: [ISSUER], realm: 'a\r\nb' }, /^realm .* Give/],
    ['the metadata is no text', { issuers: [ISSUER], resourceMetadata: 1 }, /^resourceMetadata/],
    ['the body is no function', { issuers: [ISSUER], errors: { body: {} } }, /^errors\.body/],
    ['errors has another option', { issuers: [ISSUER], errors: { x: 1 } }, /^errors\.x is no/],
    ['the listener is no function', { issuers: [ISSUER], onEvent: true }, /^onEvent .* Give/],
    ['the clock is no function', { issuers: [ISSUER], clock: 0 }, /^clock .* Give/],
    ['the property has no name', { issuers: [ISSUER], requestProperty: '' }, /^requestProperty/],
  ])('%s', async (_, options, message) => {
    expect(await bootWith(options)).toMatch(message);
  });

  it.each([
    ['the issuer is missing', { issuer: undefined }, /\.issuer is missing\. Give/],
    ['the audience is missing', { audience: undefined }, /\.audience is missing\. .*or give null/],
    ['the audience is empty', { audience: '' }, /\.audience is not a non-empty string\. Name/],
    ['the audience is an empty list', { audience: [] }, /\.audience is missing\. Name/],
    ['an audience is empty', { audience: ['a', ' '] }, /\.audience is not a non-empty/],
    ['the issuer is on plain http', { issuer: 'http://login.test' }, /plain http\. Use https/],
    [
      'the issuer is no address',
      { issuer: 'login' },
      /no https address.* jwksUri, jwks, publicKey/,
    ],
    ['the keys are on plain http', { jwksUri: 'http://login.test/k' }, /\.jwksUri is no https/],
    ['none is allowed', { algorithms: ['none'] }, /\.algorithms has none.* Choose from RS256/],
    ['HS256 stands beside keys', { algorithms: ['RS256', 'HS256'] }, /has an HMAC algorithm/],
    ['an algorithm is unknown', { algorithms: ['RS257'] }, /not supported\. Choose from/],
    ['there are no algorithms', { algorithms: [] }, /\.algorithms is not a list.* Choose/],
    ['the algorithms are a text', { algorithms: 'RS256' }, /\.algorithms is not a list/],
    ['the secret is empty', { secret: '' }, /\.secret is empty\. Generate one: node -p/],
    ['the secret is short', { secret: SECRET.slice(1) }, /\.secret is shorter than 32 bytes\. Gen/],
    [
      'the secret is short for its algorithm',
      { secret: SECRET, algorithms: ['HS512'] },
      /\.secret is shorter than 64 bytes/,
    ],
    [
      'a secret verifies RS256',
      { secret: SECRET, algorithms: ['RS256'] },
      /something else than an HMAC algorithm.* Choose from HS256/,
    ],
    ['the secret is a number', { secret: 1 }, /\.secret is neither a string/],
    ['a secret stands beside keys', { secret: SECRET, jwksUri: 'https://x/' }, /Keep one source/],
    ['the key is no PEM', { publicKey: 'nonsense' }, /no public key in PEM\. Give/],
    ['the key is private', { publicKey: privateKey }, /no public key in PEM\. Give/],
    ['the key set has no key', { jwks: { keys: [] } }, /\.jwks has no key.* Give public/],
    ['the key set is none', { jwks: {} }, /\.jwks has no key/],
    [
      'the key set has a secret',
      { jwks: { keys: [{ kty: 'oct', k: 'AA' }] } },
      /not public\. Give/,
    ],
    [
      'the tolerance is a text',
      { clockToleranceSeconds: '5' },
      /clockToleranceSeconds .* 0 to 300/,
    ],
    ['the tolerance is endless', { clockToleranceSeconds: Infinity }, /clockToleranceSeconds/],
    ['a claim map is misspelt', { claims: { role: 'r' } }, /\.claims\.role is no option/],
    ['a claim path is none', { claims: { roles: 'a..b' } }, /\.claims has a path that cannot/],
    ['a claim path is empty', { claims: { roles: [''] } }, /\.claims\.roles is not a non-empty/],
    [
      'a claim format is unknown',
      { claims: { roles: { path: 'r', format: 'csv' } } },
      /\.claims\.roles\.format is unknown\. Give one of list, space, comma, keys/,
    ],
    ['an option of the issuer is misspelt', { audiance: 'x' }, /\.audiance is no option/],
  ])('%s', async (_, more, message) => {
    expect(await bootIssuer(more)).toMatch(message);
  });

  it('the message shows no secret', async () => {
    const secret = 'sensitive-and-too-short';
    expect(await bootIssuer({ secret })).not.toContain(secret);
  });

  it('forRoot is imported twice', async () => {
    const message = await boot(
      AuthModule.forRoot({ issuers: [ISSUER] }),
      moduleOf({ imports: [AuthModule.forRoot({ issuers: [ISSUER] })] }),
    );
    expect(message).toMatch(/^AuthModule\.forRoot is imported more than once\. Keep the one/);
  });
});

describe('a configuration boots when', () => {
  it.each([
    ['keys are discovered', {}],
    ['the audience is waived on purpose', { audience: null }],
    ['there are several audiences', { audience: ['a', 'b'] }],
    ['the issuer is on loopback', { issuer: 'http://localhost:1/x' }],
    ['the issuer is on loopback (IPv6)', { issuer: 'http://[::1]:1' }],
    ['the key is a PEM', { publicKey }],
    ['the key is a PEM on one line', { publicKey: publicKey.replaceAll('\n', '\\n') }],
    ['there are several keys', { publicKey: [publicKey, publicKey] }],
    ['the issuer is a name with its own key', { issuer: 'my-issuer', publicKey }],
    ['the secret is long enough', { secret: SECRET }],
    ['the secret is octets', { secret: new Uint8Array(32) }],
    [
      'the claim map is complete',
      { claims: { roles: ['a.b', { path: '["c"]', format: 'keys' }] } },
    ],
  ])('%s', async (_, more) => {
    expect(await bootIssuer(more)).toBe('booted');
  });
});

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
    ['@Roles()', () => Roles()],
    ['@Roles([])', () => Roles([])],
    ['@Roles.all()', () => Roles.all()],
    ['@Permissions.any([])', () => Permissions.any([])],
    ['@Scopes(undefined)', () => Scopes(undefined as unknown as string)],
    ['@Scopes("")', () => Scopes('')],
    ['@Roles(1)', () => Roles(1 as unknown as string)],
  ])('it is %s', (_, decorate) => {
    expect(decorate).toThrow(AuthConfigurationError);
    expect(decorate).toThrow(/^@(Roles|Permissions|Scopes)(\.\w+)?\(…\) names .* Name what/);
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
