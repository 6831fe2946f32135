import { authConfig } from '../../lib/config/index.js';
import { AuthModule, authOptionsFromEnv, type IdentityProvider } from '../../lib/index.js';
import { TestIssuer } from '../../lib/testing/index.js';
import { ADAPTERS, create, get, moduleOf, start, type Answer } from '../e2e/http/application.js';
import { boot } from '../module/boot.js';
import { Api } from '../providers/served.js';

const TENANT = '11111111-2222-3333-4444-555555555555';
const API = '66666666-7777-8888-9999-000000000000';

type Variables = Readonly<Record<string, string>>;

describe.each(ADAPTERS)('an application of which only the environment knows, on %s', (adapter) => {
  let issuer: TestIssuer;

  beforeAll(async () => {
    issuer = await TestIssuer.start({ path: '/realms/shop' });
  });

  afterAll(() => issuer.close());

  /** What the application answers to a token. */
  async function answer(env: Variables, claims: object): Promise<Answer> {
    const api = await start(adapter, { controllers: [Api], auth: authOptionsFromEnv(env) });
    const header = { typ: 'JWT' };
    const given = await get(api.url, await issuer.token({ aud: undefined, ...claims }, { header }));
    await api.close();
    return given;
  }

  it('A25: of Keycloak', async () => {
    const env = {
      AUTH_PROVIDER: 'keycloak',
      AUTH_PROVIDER_URL: new URL(issuer.issuer).origin,
      AUTH_KEYCLOAK_REALM: 'shop',
      AUTH_CLIENT_ID: 'orders',
      AUTH_AUDIENCE: 'orders',
    };
    const claims = {
      aud: ['orders', 'account'],
      typ: 'Bearer',
      azp: 'web',
      realm_access: { roles: ['staff'] },
      resource_access: { orders: { roles: ['editor'] }, other: { roles: ['admin'] } },
      organization: { acme: {} },
    };
    expect(await answer(env, claims)).toMatchObject({
      status: 200,
      body: { kind: 'user', roles: ['staff', 'editor'], organizationId: 'acme' },
    });
    expect((await answer(env, { ...claims, typ: 'ID' })).status).toBe(401);
  });

  it('A25: of Cognito', async () => {
    const env = {
      AUTH_PROVIDER: 'cognito',
      AUTH_REGION: 'eu-west-1',
      AUTH_USER_POOL_ID: 'eu-west-1_AbCdEfGhI',
      AUTH_CLIENT_ID: 'web,app',
      AUTH_JWKS_URI: `${issuer.issuer}/jwks`,
    };
    const claims = {
      iss: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI',
      token_use: 'access',
      client_id: 'app',
      'cognito:groups': ['admins'],
      scope: 'orders/read',
    };
    expect(await answer(env, claims)).toMatchObject({
      status: 200,
      body: { kind: 'user', roles: ['admins'], scopes: ['orders/read'] },
    });
    expect((await answer(env, { ...claims, client_id: 'other' })).status).toBe(401);
  });

  it('A25: of Entra ID', async () => {
    const env = {
      AUTH_PROVIDER: 'entra',
      AUTH_TENANT_ID: TENANT,
      AUTH_AUDIENCE: API,
      AUTH_JWKS_URI: `${issuer.issuer}/jwks`,
    };
    const claims = {
      iss: `https://login.microsoftonline.com/${TENANT}/v2.0`,
      aud: API,
      azp: 'web',
      tid: TENANT,
      roles: ['Orders.Read.All'],
    };
    expect(await answer(env, claims)).toMatchObject({
      status: 200,
      body: { kind: 'service', roles: ['Orders.Read.All'], organizationId: TENANT },
    });
    expect((await answer(env, { ...claims, azp: undefined })).status).toBe(401);
  });

  it('A25: of process.env, with @nestjs/config', async () => {
    const env = {
      AUTH_PROVIDER: 'oidc',
      AUTH_ISSUER: issuer.issuer,
      AUTH_AUDIENCE: issuer.audience,
    };
    Object.assign(process.env, env);
    const imports = [AuthModule.forRootAsync(authConfig.asProvider())];
    const app = await create(adapter, moduleOf({ imports, controllers: [Api] }));
    await app.listen(0, '127.0.0.1');
    for (const name of Object.keys(env)) Reflect.deleteProperty(process.env, name);
    const url = await app.getUrl();
    expect((await get(url, await issuer.token())).status).toBe(200);
    expect((await get(url, await issuer.token({ nonce: 'n' }))).status).toBe(401);
    await app.close();
  });
});

describe('AUTH_PROVIDER', () => {
  it('takes every other variable as it is taken without it', () => {
    const { issuers = [] } = authOptionsFromEnv({
      AUTH_PROVIDER: 'okta',
      AUTH_DOMAIN: 'a.okta.com',
      AUTH_AUDIENCE: 'api://default',
      AUTH_ALGORITHMS: 'PS256',
      AUTH_CLOCK_TOLERANCE: '30',
      AUTH_ROLES_CLAIM: 'teams,groups',
    });
    expect((issuers as IdentityProvider[])[0]?.issuers).toMatchObject([
      {
        issuer: 'https://a.okta.com/oauth2/default',
        audience: ['api://default'],
        algorithms: ['PS256'],
        clockToleranceSeconds: 30,
        claims: { roles: ['teams', 'groups'], scopes: 'scp' },
      },
    ]);
  });

  it('makes a provider of each issuer', () => {
    const { issuers = [] } = authOptionsFromEnv({
      AUTH_PROVIDER: 'auth0',
      AUTH_ISSUER: 'https://a.auth0.com/,https://b.auth0.com/',
      AUTH_AUDIENCE: 'x',
    });
    const names = (issuers as IdentityProvider[]).flatMap((each) =>
      each.issuers.map(({ issuer }) => issuer),
    );
    expect(names).toEqual(['https://a.auth0.com/', 'https://b.auth0.com/']);
  });

  it.each<[Variables, RegExp]>([
    [{ AUTH_PROVIDER: 'auth1' }, /^AUTH_PROVIDER names no preset\. Name one of auth0, betterAuth,/],
    [
      { AUTH_PROVIDER: 'clerk', CLERK_PUBLISHABLE_KEY: 'pk' },
      /^AUTH_PROVIDER names a provider that .* issuers: \[clerk\(clerkFromEnv\(\)\)\]\.$/,
    ],
    [
      { AUTH_PROVIDER: 'tesseral' },
      /^AUTH_PROVIDER names a provider that .* issuers: \[tesseral\(tesseralFromEnv\(\)\)\]\.$/,
    ],
    [{ AUTH_PROVIDER: 'constructor' }, /^AUTH_PROVIDER names no preset/],
    [
      { AUTH_PROVIDER: 'auth0', AUTH_DOMAIN: 'a.auth0.com', AUTH_REGION: 'eu', AUTH_AUDIENCE: 'x' },
      /^AUTH_REGION means nothing to auth0\. Remove it/,
    ],
    [
      { AUTH_PROVIDER: 'keycloak', AUTH_PROVIDER_URL: 'https://id.test', AUTH_AUDIENCE: 'x' },
      /^keycloak\.realm is missing\. .*AUTH_KEYCLOAK_REALM/,
    ],
    [
      { AUTH_PROVIDER: 'cognito', AUTH_USER_POOL_ID: 'eu-west-1_a' },
      /^cognito\.clientId is missing\. .*AUTH_CLIENT_ID/,
    ],
    [{ AUTH_PROVIDER: 'entra', AUTH_AUDIENCE: API }, /^entra\.tenantId is missing.*AUTH_TENANT_ID/],
    [
      { AUTH_PROVIDER: 'entra', AUTH_TENANT_ID: TENANT },
      /^entra\.audience is missing.*AUTH_AUDIENCE/,
    ],
    [
      { AUTH_PROVIDER: 'google', AUTH_CLIENT_ID: 'c', AUTH_ISSUER: 'https://x.test' },
      /^google\.issuer is no option/,
    ],
    [{ AUTH_PROVIDERS: 'google' }, /^AUTH_PROVIDERS is no variable that is read/],
    [{ AUTH_CLIENT_IDS: 'c' }, /Call it AUTH_CLIENT_ID/],
  ])('refuses %j', (env, message) => {
    expect(() => authOptionsFromEnv(env)).toThrow(message);
  });

  it('is what makes the words of providers be read', () => {
    const others = { AUTH_CLIENT_ID: 'c', AUTH_DOMAIN: 'x' };
    expect(authOptionsFromEnv({ AUTH_ISSUER: 'a', ...others })).toEqual(
      authOptionsFromEnv({ AUTH_ISSUER: 'a' }),
    );
  });

  it('is named where the words of a provider alone leave the issuer unsaid', async () => {
    const options = authOptionsFromEnv({ AUTH_DOMAIN: 'a.auth0.com', AUTH_AUDIENCE: 'x' });
    expect(await boot(AuthModule.forRoot(options))).toMatch(
      /AUTH_PROVIDER, without which AUTH_DOMAIN/,
    );
  });
});
