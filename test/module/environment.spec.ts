import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { authConfig } from '../../lib/config/index.js';
import { AuthModule, authOptionsFromEnv, type AuthModuleOptions } from '../../lib/index.js';
import { create, moduleOf } from '../e2e/http/application.js';

describe('authOptionsFromEnv', () => {
  it('reads every variable', () => {
    const options = authOptionsFromEnv({
      AUTH_ISSUER: 'https://login.test/',
      AUTH_AUDIENCE: ' api://a , ,api://b,',
      AUTH_JWKS_URI: 'https://login.test/keys',
      AUTH_ALGORITHMS: 'RS256, ES256',
      AUTH_CLOCK_TOLERANCE: '2.5',
      AUTH_MAX_TOKEN_AGE: '3600',
      AUTH_PROFILE: 'rfc9068',
      AUTH_AUTHORIZED_PARTIES: 'shop, https://shop.test',
      AUTH_ROLES_CLAIM: 'realm_access.roles, ["https://x/roles"]',
      AUTH_PERMISSIONS_CLAIM: 'actions',
      AUTH_SCOPES_CLAIM: 'scp',
      AUTH_ORGANIZATION_CLAIM: 'tid',
      AUTH_COOKIE: 'session',
      AUTH_REALM: 'orders',
      AUTH_RESOURCE_METADATA: 'https://api.test/meta',
    });
    expect(options).toEqual({
      issuers: [
        {
          issuer: 'https://login.test/',
          audience: ['api://a', 'api://b'],
          jwksUri: 'https://login.test/keys',
          algorithms: ['RS256', 'ES256'],
          clockToleranceSeconds: 2.5,
          maxTokenAgeSeconds: 3600,
          profile: 'rfc9068',
          authorizedParties: ['shop', 'https://shop.test'],
          claims: {
            roles: ['realm_access.roles', '["https://x/roles"]'],
            permissions: ['actions'],
            scopes: ['scp'],
            organizationId: ['tid'],
          },
        },
      ],
      cookie: { name: 'session' },
      realm: 'orders',
      resourceMetadata: 'https://api.test/meta',
    });
  });

  it.each([
    ['AUTH_AUTHORISED_PARTIES', 'AUTH_AUTHORIZED_PARTIES'],
    ['AUTH_ISSUERS', 'AUTH_ISSUER'],
    ['AUTH_SECERT_FILE', 'AUTH_SECRET_FILE'],
  ])('refuses %s, which is nearly %s', (name, meant) => {
    expect(() => authOptionsFromEnv({ [name]: 'x' })).toThrow(
      new RegExp(`^${name} is no variable that is read\\. Call it ${meant}, .*\\.$`),
    );
  });

  it('leaves alone what is called otherwise, or has no value', () => {
    const env = { AUTH_URL: 'x', AUTH_TRUST_HOST: 'x', AUTHOR: 'x', AUTH_ISSUERS: '' };
    expect(authOptionsFromEnv(env)).toEqual(authOptionsFromEnv({}));
  });

  it('makes an issuer of each entry', () => {
    const { issuers } = authOptionsFromEnv({
      AUTH_ISSUER: 'https://a.test,https://b.test',
      AUTH_AUDIENCE: 'x',
    });
    expect(issuers).toEqual([
      { issuer: 'https://a.test', audience: ['x'], claims: {} },
      { issuer: 'https://b.test', audience: ['x'], claims: {} },
    ]);
  });

  it('takes empty variables for absent', () => {
    expect(authOptionsFromEnv({ AUTH_ISSUER: ' , ', AUTH_COOKIE: '' })).toEqual({ issuers: [] });
  });

  it('does not take a list without entries for the default', () => {
    const { issuers } = authOptionsFromEnv({ AUTH_ISSUER: 'a', AUTH_ALGORITHMS: ' , ' });
    expect(issuers).toEqual([{ issuer: 'a', algorithms: [], claims: {} }]);
  });

  it.each([
    ['is empty', ''],
    ['is no text', Buffer.alloc(40, 0xff)],
  ])('refuses a file that %s', (_, content) => {
    const folder = mkdtempSync(join(tmpdir(), 'secret-'));
    const file = join(folder, 'secret');
    writeFileSync(file, content);
    const read = (): unknown => authOptionsFromEnv({ AUTH_ISSUER: 'a', AUTH_SECRET_FILE: file });
    expect(read).toThrow(/^AUTH_SECRET_FILE names a file that/);
    rmSync(folder, { recursive: true });
  });

  it.each([
    [
      'several issuers share one key',
      { AUTH_ISSUER: 'a,b', AUTH_SECRET: 'x' },
      /beside AUTH_SECRET/,
    ],
    [
      'the audience is the word null',
      { AUTH_ISSUER: 'a', AUTH_AUDIENCE: 'null' },
      /^AUTH_AUDIENCE/,
    ],
    ['the tolerance has a unit', { AUTH_ISSUER: 'a', AUTH_CLOCK_TOLERANCE: '5s' }, /^AUTH_CLOCK/],
    [
      'a file is not there',
      { AUTH_SECRET_FILE: '/nonexistent/secret' },
      /cannot be read as text\. Mount/,
    ],
    [
      'a variable and its file are both set',
      { AUTH_REALM: 'x', AUTH_REALM_FILE: 'y' },
      /Remove one/,
    ],
  ])('refuses when %s', (_, env, message) => {
    expect(() => authOptionsFromEnv(env)).toThrow(message);
  });

  it('reads a mounted secret, without the line break at its end', () => {
    const folder = mkdtempSync(join(tmpdir(), 'secret-'));
    const file = join(folder, 'secret');
    writeFileSync(file, `${'s'.repeat(40)}\n`);
    const { issuers } = authOptionsFromEnv({ AUTH_ISSUER: 'a', AUTH_SECRET_FILE: file });
    rmSync(folder, { recursive: true });
    expect(issuers).toMatchObject([{ issuer: 'a', secret: 's'.repeat(40) }]);
  });
});

describe('authConfig', () => {
  const variables = { AUTH_ISSUER: 'https://login.test/', AUTH_AUDIENCE: 'api://orders' };

  beforeEach(() => Object.assign(process.env, variables));
  afterEach(() => {
    for (const name of Object.keys(variables)) Reflect.deleteProperty(process.env, name);
  });

  it('is a provider of options', async () => {
    const auth = AuthModule.forRootAsync(authConfig.asProvider());
    const app = await create('express', moduleOf({ imports: [auth] }));
    await app.close();
  });

  it('is read through ConfigService', async () => {
    const auth = AuthModule.forRootAsync({
      inject: [ConfigService],
      useFactory: (config: ConfigService) => config.getOrThrow<AuthModuleOptions>('auth'),
    });
    const config = ConfigModule.forRoot({
      isGlobal: true,
      load: [authConfig],
      ignoreEnvFile: true,
    });
    const app = await create('express', moduleOf({ imports: [config, auth] }));
    await app.close();
  });
});
