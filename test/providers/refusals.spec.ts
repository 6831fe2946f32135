import {
  auth0,
  AuthConfigurationError,
  AuthModule,
  betterAuth,
  cognito,
  descope,
  entra,
  entraTenant,
  firebase,
  fusionauth,
  google,
  keycloak,
  kinde,
  logto,
  oidc,
  okta,
  supabase,
  workos,
  zitadel,
} from '../../lib/index.js';
import { boot } from '../module/boot.js';

const audience = 'https://orders.example.com';
const API = '66666666-7777-8888-9999-000000000000';
const TENANT = '11111111-2222-3333-4444-555555555555';

/** As it comes from JavaScript. */
function untyped(options: unknown): never {
  return options as never;
}

describe('what a preset refuses, with the cure', () => {
  const parties = ['web'];

  it.each<[RegExp, () => unknown]>([
    [/^auth0\.domain is missing\. Give the name of the host alone/, () => auth0({ audience })],
    [/^auth0\.domain is of another form/, () => auth0({ domain: 'https://a.test/', audience })],
    [
      /^auth0\.domain is given beside issuer/,
      () => auth0({ domain: 'a.b', issuer: 'x', audience }),
    ],
    [
      /^auth0\.audience is missing\. Give the identifier/,
      () => auth0(untyped({ domain: 'a.auth0.com' })),
    ],
    [
      /^auth0\.audiance is no option/,
      () => auth0(untyped({ domain: 'a.auth0.com', audiance: 'x' })),
    ],
    [/^auth0 is not an object/, () => auth0(untyped('a.auth0.com'))],
    [
      /^okta\.issuer is the organization's own/,
      () => okta({ issuer: 'https://a.okta.com', audience }),
    ],
    [
      /^okta\.authorizationServer is/,
      () => okta({ domain: 'a.b', authorizationServer: '/', audience }),
    ],
    [/^okta\.audience is missing/, () => okta(untyped({ domain: 'a.okta.com' }))],
    [/^keycloak\.url is of another form/, () => keycloak({ url: 'id.test', realm: 'a', audience })],
    [/^keycloak\.realm is missing/, () => keycloak({ url: 'https://id.test', audience })],
    [
      /^keycloak\.audience is missing\. Give what the audience mapper/,
      () => keycloak(untyped({ url: 'https://id.test', realm: 'a' })),
    ],
    [
      /^keycloak\.audience is null, and no client is named/,
      () => keycloak({ url: 'https://id.test', realm: 'a', audience: null }),
    ],
    [
      /^cognito\.userPoolId is of another form/,
      () => cognito({ userPoolId: 'pool', clientId: 'c' }),
    ],
    [
      /^cognito\.region is not the region/,
      () => cognito({ userPoolId: 'eu-west-1_a', region: 'eu-west-2', clientId: 'c' }),
    ],
    [/^cognito\.clientId is missing/, () => cognito(untyped({ userPoolId: 'eu-west-1_a' }))],
    [/^cognito\.clientId is missing/, () => cognito({ userPoolId: 'eu-west-1_a', clientId: [] })],
    [
      /^cognito\.tokens is unknown/,
      () => cognito(untyped({ userPoolId: 'eu-west-1_a', clientId: 'c', tokens: 'both' })),
    ],
    [/^entra\.tenantId is missing/, () => entra({ audience: API })],
    [/^entra\.tenantId is of another form/, () => entra({ tenantId: 'common', audience: API })],
    [
      /^entra\.tenantId is given beside tenants/,
      () => entra({ tenantId: TENANT, tenants: [TENANT], audience: API }),
    ],
    [/^entra\.tenants is missing/, () => entra({ tenants: [], audience: API })],
    [
      /^entra\.audience is no application id/,
      () => entra({ tenantId: TENANT, audience: 'api://orders' }),
    ],
    [/^entra\.audience is missing/, () => entra(untyped({ tenantId: TENANT }))],
    [
      /^entra\.versions is no list/,
      () => entra(untyped({ tenantId: TENANT, audience: API, versions: ['3.0'] })),
    ],
    [
      /^entra\.groupsAsRoles is no boolean/,
      () => entra(untyped({ tenantId: TENANT, audience: API, groupsAsRoles: 'yes' })),
    ],
    [/^entraTenant\.tenants is/, () => entraTenant('x', untyped({ audience: API }))],
    [/^google\.clientId is missing/, () => google(untyped({}))],
    [/^google\.hostedDomain is not/, () => google({ clientId: 'c', hostedDomain: '' })],
    [/^google\.issuer is no option/, () => google(untyped({ clientId: 'c', issuer: 'x' }))],
    [/^firebase\.projectId is missing/, () => firebase(untyped({}))],
    [/^supabase\.projectRef is missing/, () => supabase({})],
    [/^supabase\.issuer is that of the project's API keys/, () => supabase({ issuer: 'supabase' })],
    [
      /^supabase\.anonymousUsers is no boolean/,
      () => supabase(untyped({ projectRef: 'p', anonymousUsers: 1 })),
    ],
    [/^workos\.clientId is missing/, () => workos(untyped({}))],
    [
      /^workos\.audience is missing/,
      () => workos({ clientId: 'c', authkitDomain: 'a.authkit.app' }),
    ],
    [/^workos\.issuer is/, () => workos({ clientId: 'c', issuer: [] })],
    [/^zitadel\.audience is missing/, () => zitadel({ domain: 'z.test' })],
    [
      /^zitadel\.projectId is of another form/,
      () => zitadel({ domain: 'z.test', projectId: 'shop' }),
    ],
    [/^logto\.endpoint is missing/, () => logto({ audience })],
    [/^logto\.audience is missing/, () => logto(untyped({ endpoint: 'https://l.test' }))],
    [/^descope\.projectId is missing/, () => descope(untyped({ audience: null }))],
    [/^descope\.audience is missing/, () => descope(untyped({ projectId: 'P2' }))],
    [/^kinde\.audience is null, and no client/, () => kinde({ domain: 'k.test', audience: null })],
    [/^fusionauth\.issuer is missing/, () => fusionauth(untyped({ audience }))],
    [/^fusionauth\.audience is missing/, () => fusionauth(untyped({ issuer: 'acme.com' }))],
    [/^betterAuth\.baseURL is missing/, () => betterAuth(untyped({}))],
    [
      /^betterAuth\.basePath is/,
      () => betterAuth({ baseURL: 'https://b.test', basePath: 'auth/' }),
    ],
    ...['https://id.test/realms/shop', 'https://id.test/auth/realms/'].map(
      (url): [RegExp, () => unknown] => [
        /^keycloak\.url names a realm\. Give the part before \/realms\//,
        () => keycloak({ url, realm: 'shop', audience }),
      ],
    ),
    [/^oidc\.issuer is missing/, () => oidc(untyped({ audience }))],
    [/^oidc\.audience is missing/, () => oidc(untyped({ issuer: 'https://a.test' }))],
  ])('%s', (message, make) => {
    expect(make).toThrow(AuthConfigurationError);
    expect(make).toThrow(message);
    expect(make).toThrow(/\.$/);
  });

  it('accepts null as the audience where the clients are named', () => {
    const realm = { url: 'https://id.test', realm: 'a', audience: null };
    expect(keycloak({ ...realm, authorizedParties: parties }).issuers[0]).toMatchObject({
      audience: null,
      authorizedParties: parties,
    });
    const own = kinde({ domain: 'k.test', audience: null, authorizedParties: parties });
    expect(own.issuers[0]).toMatchObject({ audience: null, authorizedParties: parties });
  });

  it('refuses what is said beside a provider, and would hold for none of its issuers', async () => {
    const provider = firebase({ projectId: 'p' });
    const issuers = [{ ...provider, tokenUse: [] }];
    const message = await boot(AuthModule.forRoot({ issuers }));
    expect(message).toMatch(/^issuers\[0\]\.tokenUse is no option/);
  });
});
