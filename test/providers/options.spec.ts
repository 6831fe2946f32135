import {
  auth0,
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
  type IdentityProvider,
} from '../../lib/index.js';
import { PAGES } from './page.js';

const audience = 'https://orders.example.com';
const API = '66666666-7777-8888-9999-000000000000';
const TENANT = '11111111-2222-3333-4444-555555555555';
const OTHER = '22222222-2222-3333-4444-555555555555';
const MICROSOFT = 'https://login.microsoftonline.com';

/** Where keys would be asked for, by issuer; `undefined` where that is discovered. */
function addresses({ issuers }: IdentityProvider): unknown[] {
  return issuers.map(({ issuer, jwksUri }) => [issuer, jwksUri]);
}

const GOOGLE_KEYS = 'https://www.googleapis.com/oauth2/v3/certs';
const DESCOPE_KEYS = 'https://api.descope.com/v2/keys/P2abcDEF';
const WORKOS_KEYS = 'https://api.workos.com/sso/jwks/client_01ABC';
const COGNITO = 'cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI';
const FIREBASE_KEYS =
  'https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com';

const ADDRESSES: Readonly<Record<string, unknown[]>> = {
  auth0: [['https://example.eu.auth0.com/', undefined]],
  'better-auth': [['https://app.example.com', 'https://app.example.com/api/auth/jwks']],
  cognito: [
    [`https://${COGNITO}`, `https://${COGNITO}/.well-known/jwks.json`],
    [`https://issuer-${COGNITO}`, `https://issuer-${COGNITO}/.well-known/jwks.json`],
  ],
  descope: [
    ['P2abcDEF', DESCOPE_KEYS],
    ['https://api.descope.com/P2abcDEF', DESCOPE_KEYS],
    ['https://api.descope.com/v1/apps/P2abcDEF', DESCOPE_KEYS],
  ],
  entra: [
    [`${MICROSOFT}/${TENANT}/v2.0`, `${MICROSOFT}/${TENANT}/discovery/v2.0/keys`],
    [`https://sts.windows.net/${TENANT}/`, `${MICROSOFT}/${TENANT}/discovery/keys`],
  ],
  firebase: [['https://securetoken.google.com/orders-1a2b3', FIREBASE_KEYS]],
  fusionauth: [['acme.com', 'https://auth.example.com/.well-known/jwks.json']],
  google: [
    ['https://accounts.google.com', GOOGLE_KEYS],
    ['accounts.google.com', GOOGLE_KEYS],
  ],
  keycloak: [['https://id.example.com/realms/shop', undefined]],
  kinde: [['https://example.kinde.com', undefined]],
  logto: [['https://example.logto.app/oidc', undefined]],
  oidc: [['https://login.example.com', undefined]],
  okta: [['https://example.okta.com/oauth2/default', undefined]],
  supabase: [
    [
      'https://abcdefghijklmnopqrst.supabase.co/auth/v1',
      'https://abcdefghijklmnopqrst.supabase.co/auth/v1/.well-known/jwks.json',
    ],
  ],
  workos: [
    ['https://api.workos.com', WORKOS_KEYS],
    ['https://api.workos.com/user_management/client_01ABC', WORKOS_KEYS],
  ],
  zitadel: [['https://example.zitadel.cloud', undefined]],
};

describe('the issuers of a provider, and where their keys are', () => {
  it.each(PAGES)('A1 A25: $name', ({ name, provider }) => {
    expect(addresses(provider)).toEqual(ADDRESSES[name]);
  });

  const SIGNED_WITH: Readonly<Record<string, readonly string[] | undefined>> = {
    'better-auth': ['EdDSA', 'Ed25519'],
    fusionauth: ['RS256', 'ES256'],
    logto: ['ES384', 'RS256'],
    oidc: undefined,
    supabase: ['ES256', 'RS256'],
  };

  it.each(PAGES)('A3: $name signs with no more algorithms than it does', ({ name, provider }) => {
    const expected = name in SIGNED_WITH ? SIGNED_WITH[name] : ['RS256'];
    for (const { algorithms } of provider.issuers) expect(algorithms).toEqual(expected);
  });

  const issuer = 'https://own.example.com/x';

  it.each<[string, IdentityProvider, unknown[]]>([
    ['auth0', auth0({ issuer, audience }), [[issuer, undefined]]],
    [
      'okta',
      okta({ domain: 'a.okta.com', authorizationServer: 'aus1', audience }),
      [['https://a.okta.com/oauth2/aus1', undefined]],
    ],
    [
      'keycloak, before 17',
      keycloak({ url: 'https://id.example.com/auth/', realm: 'my shop', audience }),
      [['https://id.example.com/auth/realms/my%20shop', undefined]],
    ],
    ['cognito', cognito({ issuer, clientId: 'c' }), [[issuer, `${issuer}/.well-known/jwks.json`]]],
    [
      'entra, one version',
      entra({ tenantId: TENANT, audience: 'api://orders', versions: ['1.0'] }),
      [[`https://sts.windows.net/${TENANT}/`, `${MICROSOFT}/${TENANT}/discovery/keys`]],
    ],
    [
      'entra, tenants',
      entra({ tenants: [TENANT, OTHER, TENANT], audience: API, versions: ['2.0'] }),
      [TENANT, OTHER].map((tenant) => [
        `${MICROSOFT}/${tenant}/v2.0`,
        `${MICROSOFT}/${tenant}/discovery/v2.0/keys`,
      ]),
    ],
    ['supabase', supabase({ issuer }), [[issuer, `${issuer}/.well-known/jwks.json`]]],
    [
      'workos, and Connect',
      workos({ clientId: 'client_01ABC', issuer, authkitDomain: 'a.authkit.app', audience }),
      [
        [issuer, WORKOS_KEYS],
        ['https://a.authkit.app', undefined],
      ],
    ],
    ['zitadel', zitadel({ issuer, audience }), [[issuer, undefined]]],
    ['logto', logto({ issuer, audience }), [[issuer, undefined]]],
    [
      'descope, another region',
      descope({ projectId: 'P2', baseUrl: 'https://api.euc1.descope.com/', audience: null }),
      [
        ['P2', 'https://api.euc1.descope.com/v2/keys/P2'],
        ['https://api.euc1.descope.com/P2', 'https://api.euc1.descope.com/v2/keys/P2'],
        ['https://api.euc1.descope.com/v1/apps/P2', 'https://api.euc1.descope.com/v2/keys/P2'],
      ],
    ],
    [
      'descope, another issuer',
      descope({ projectId: 'P2abcDEF', issuer: [issuer], audience: null }),
      [[issuer, DESCOPE_KEYS]],
    ],
    ['kinde', kinde({ issuer, audience }), [[issuer, undefined]]],
    ['fusionauth', fusionauth({ issuer, audience }), [[issuer, undefined]]],
    [
      'betterAuth',
      betterAuth({ baseURL: 'https://a.example.com/', basePath: '/auth' }),
      [['https://a.example.com/', 'https://a.example.com/auth/jwks']],
    ],
  ])('as the options say: %s', (_, provider, expected) => {
    expect(addresses(provider)).toEqual(expected);
  });
});

describe('whom tokens are meant for', () => {
  const audiences = ({ issuers }: IdentityProvider): unknown[] =>
    issuers.map((each) => each.audience);

  it('A5: where the provider says it, and it is not said otherwise, the preset does', () => {
    expect(audiences(firebase({ projectId: 'p' }))).toEqual(['p']);
    expect(audiences(firebase({ projectId: 'p', audience: 'q' }))).toEqual(['q']);
    expect(audiences(supabase({ projectRef: 'p' }))).toEqual(['authenticated']);
    expect(audiences(supabase({ projectRef: 'p', audience: 'q' }))).toEqual(['q']);
    expect(audiences(zitadel({ domain: 'z.example.com', projectId: '1' }))).toEqual(['1']);
    expect(audiences(zitadel({ domain: 'z.example.com', projectId: '1', audience: '2' }))).toEqual([
      '2',
    ]);
    expect(audiences(google({ clientId: ['a', 'b'] }))).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
    expect(audiences(google({ clientId: ['a', 'b'], audience: ['b', 'c'] }))).toEqual([
      ['b'],
      ['b'],
    ]);
    expect(audiences(betterAuth({ baseURL: 'https://a.test' }))).toEqual(['https://a.test']);
    expect(audiences(betterAuth({ baseURL: 'https://a.test', audience: 'b' }))).toEqual(['b']);
  });

  it('A5: of Entra ID, version 2.0 is meant for applications, and 1.0 for addresses as well', () => {
    const provider = entra({ tenantId: TENANT, audience: [API, 'api://orders'] });
    expect(audiences(provider)).toEqual([[API], [API, 'api://orders']]);
    const rule = (): boolean => true;
    expect(audiences(entra({ tenantId: TENANT, audience: rule }))).toEqual([rule, rule]);
  });

  it('A5: of Cognito, access tokens are made for a client, unless they are bound to a resource', () => {
    const { issuers } = cognito({ userPoolId: 'eu-west-1_a', region: 'eu-west-1', clientId: 'c' });
    expect(issuers[0]).toMatchObject({ audience: null, authorizedParties: ['c'] });
    const bound = cognito({ userPoolId: 'eu-west-1_a', clientId: 'c', audience });
    expect(bound.issuers[0]).toMatchObject({ audience, authorizedParties: ['c'] });
    const id = cognito({ userPoolId: 'eu-west-1_a', clientId: 'c', tokens: 'id' });
    expect(id.issuers[0]).toMatchObject({
      audience: ['c'],
      tokenUse: [{ claim: 'token_use', value: 'id' }],
    });
  });

  it('A5: of WorkOS, sessions are told by their keys, and tokens of Connect by their audience', () => {
    const clientId = 'client_1';
    expect(audiences(workos({ clientId }))).toEqual([null, null]);
    expect(audiences(workos({ clientId, audience }))).toEqual([audience, audience]);
    const both = workos({ clientId, authkitDomain: 'a.authkit.app', audience });
    expect(audiences(both)).toEqual([null, null, audience]);
  });
});

describe('what holds instead of what a preset says', () => {
  const domain = 'a.eu.auth0.com';

  it('is any option of an issuer; claims, entry by entry', () => {
    const [issuer] = okta({
      domain: 'a.okta.com',
      audience,
      algorithms: ['PS256'],
      clockToleranceSeconds: 30,
      claims: { roles: 'teams' },
    }).issuers;
    expect(issuer).toMatchObject({
      algorithms: ['PS256'],
      clockToleranceSeconds: 30,
      claims: { roles: 'teams', scopes: 'scp', organizationId: [] },
    });
  });

  it('is another source of keys: one, never a mixture', () => {
    const [issuer] = firebase({ projectId: 'p', jwks: { keys: [] } }).issuers;
    expect(issuer).toMatchObject({ jwks: { keys: [] }, algorithms: ['RS256'] });
    expect(issuer).not.toHaveProperty('jwksUri');
    const [moved] = firebase({ projectId: 'p', jwksUri: 'https://keys.test' }).issuers;
    expect(moved).toMatchObject({ jwksUri: 'https://keys.test' });
  });

  it('is a secret: with algorithms that fit it', () => {
    const [issuer] = supabase({ projectRef: 'p', secret: 's'.repeat(32) }).issuers;
    expect(issuer).not.toHaveProperty('algorithms');
    const secret = 's'.repeat(48);
    const [strong] = supabase({ projectRef: 'p', secret, algorithms: ['HS384'] }).issuers;
    expect(strong).toMatchObject({ algorithms: ['HS384'] });
  });

  it('is nothing that a polluted prototype says', () => {
    const pollution = { audience, claims: { roles: 'x' }, secret: 's'.repeat(32), jwksUri: 'x' };
    const names = Object.keys(pollution) as (keyof typeof pollution)[];
    for (const name of names) Reflect.set(Object.prototype, name, pollution[name]);
    try {
      const [issuer = {}] = oidc({ issuer: 'https://a.test', audience: 'b' }).issuers;
      expect(Object.getOwnPropertyNames(issuer).sort()).toEqual(
        ['audience', 'claims', 'issuer', 'tokenUse'].sort(),
      );
      expect(() => auth0({ domain } as never)).toThrow('auth0.audience is missing');
    } finally {
      for (const name of names) Reflect.deleteProperty(Object.prototype, name);
    }
  });
});

describe('entraTenant', () => {
  const options = { audience: API, tenants: [TENANT] };
  const issuer = `${MICROSOFT}/${TENANT}/v2.0`;

  it('is the issuer of a tenant that is accepted', () => {
    expect(entraTenant(issuer, options)).toMatchObject({
      issuer,
      audience: [API],
      jwksUri: `${MICROSOFT}/${TENANT}/discovery/v2.0/keys`,
      organizationId: TENANT,
      claims: { roles: 'roles', organizationId: 'tid' },
    });
    expect(entraTenant(issuer, { audience: API, tenants: null })).toMatchObject({ issuer });
    const groups = entraTenant(issuer, { ...options, groupsAsRoles: true });
    expect(groups?.claims?.roles).toHaveProperty('union');
  });

  it.each([
    ['another tenant', `${MICROSOFT}/${OTHER}/v2.0`],
    ['no GUID', `${MICROSOFT}/common/v2.0`],
    ['the template', `${MICROSOFT}/{tenantid}/v2.0`],
    ['capital letters', `${MICROSOFT}/${TENANT.replace('1', 'A')}/v2.0`],
    ['another host', `https://login.microsoftonline.com.evil.test/${TENANT}/v2.0`],
    ['a host of the same length', `https://login.microsoftonlinf.com/${TENANT}/v2.0`],
    ['version 1.0', `https://sts.windows.net/${TENANT}/`],
    ['a slash too many', `${issuer}/`],
    ['a line break', `${issuer}\n`],
    ['nothing', ''],
  ])('is nobody: %s', (_, name) => {
    expect(entraTenant(name, { audience: API, tenants: null })?.issuer).toBe(
      name === `${MICROSOFT}/${OTHER}/v2.0` ? name : undefined,
    );
    expect(entraTenant(name, options)).toBeUndefined();
  });
});
