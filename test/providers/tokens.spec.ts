import { ADAPTERS } from '../e2e/http/application.js';
import { PAGES, pageOf, type ShownToken } from './page.js';
import { serve, Signer, type ServedApi } from './served.js';

/** How a token differs from the one on the page; what is `undefined` is left out. */
type Change = Readonly<Record<string, unknown>>;

const ENTRA = '11111111-2222-3333-4444-555555555555';
const OTHER = '22222222-2222-3333-4444-555555555555';

/** Of a user, or of a client, in the other forms that there are. */
const ACCEPTED: readonly [page: string, what: string, change: Change, principal: object][] = [
  [
    'auth0',
    'a client',
    { sub: 'K1@clients', azp: 'K1', gty: 'client-credentials', org_id: undefined },
    { kind: 'service', subject: 'K1@clients' },
  ],
  ['auth0', 'the profile of RFC 9068', { azp: undefined, client_id: 'K1' }, { kind: 'user' }],
  ['okta', 'a client', { sub: '0oa1client', uid: undefined }, { kind: 'service' }],
  [
    'keycloak',
    'a service account',
    { azp: 'job', client_id: 'job', preferred_username: 'service-account-job' },
    { kind: 'service', subject: 'f3a1-ann' },
  ],
  [
    'keycloak',
    'a user who is called like a service account',
    { preferred_username: 'service-account-job' },
    { kind: 'user' },
  ],
  ['keycloak', 'aliases in a list', { organization: ['acme'] }, { organizationId: 'acme' }],
  [
    'keycloak',
    'a requesting party token',
    {
      authorization: {
        permissions: [
          { rsid: '1', rsname: 'invoice', scopes: ['read', 'write'] },
          { rsid: '2', rsname: 'report' },
        ],
      },
    },
    { permissions: ['invoice#read', 'invoice#write', 'report'] },
  ],
  [
    'cognito',
    'the other issuer',
    { iss: 'https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI' },
    { kind: 'user', roles: ['admins', 'staff'] },
  ],
  ['cognito', 'a client', { sub: '4example', username: undefined }, { kind: 'service' }],
  [
    'entra',
    'version 1.0',
    {
      iss: `https://sts.windows.net/${ENTRA}/`,
      aud: 'api://orders',
      azp: undefined,
      appid: 'aaaa',
      ver: '1.0',
    },
    { kind: 'user', organizationId: ENTRA, roles: ['Orders.Admin'] },
  ],
  ['entra', 'a daemon', { scp: undefined }, { kind: 'service', roles: ['Orders.Admin'] }],
  ['entra', 'a daemon that says so', { idtyp: 'app' }, { kind: 'service' }],
  ['google', 'the other spelling', { iss: 'accounts.google.com' }, { kind: 'user' }],
  ['google', 'an account of nobody', { hd: undefined }, { kind: 'user', roles: [] }],
  ['firebase', 'no tenant', { firebase: {}, roles: undefined }, { kind: 'user', roles: [] }],
  ['supabase', 'one role', { app_metadata: { role: 'editor' } }, { roles: ['editor'] }],
  ['supabase', 'none', { app_metadata: {} }, { roles: [] }],
  [
    'workos',
    'the other issuer, and roles',
    { iss: 'https://api.workos.com', roles: ['admin', 'member'], act: undefined },
    { roles: ['admin', 'member'] },
  ],
  [
    'zitadel',
    'roles in a list',
    {
      'urn:zitadel:iam:org:project:123456789012345678:roles': [
        { viewer: { '5001': 'acme.example.com' } },
        { owner: { '5002': 'other.example.com' } },
      ],
    },
    { roles: ['viewer'] },
  ],
  [
    'zitadel',
    'roles of another project',
    {
      'urn:zitadel:iam:org:project:123456789012345678:roles': undefined,
      'urn:zitadel:iam:org:project:roles': { owner: { '5001': 'acme.example.com' } },
    },
    { roles: [] },
  ],
  [
    'zitadel',
    'no organization',
    { 'urn:zitadel:iam:user:resourceowner:id': undefined, act: { sub: 'support' } },
    { roles: [], actor: 'support' },
  ],
  ['logto', 'a client', { sub: 'web1' }, { kind: 'service' }],
  ['descope', 'the id alone as the issuer', { iss: 'P2abcDEF' }, { roles: ['editor'] }],
  [
    'descope',
    'the only tenant',
    { dct: undefined, tenants: { acme: { roles: ['owner'] } } },
    { organizationId: 'acme', roles: ['owner'], permissions: [] },
  ],
  ['descope', 'no tenant at all', { dct: undefined, tenants: {} }, { roles: ['guest'] }],
  ['kinde', 'a client', { sub: undefined }, { kind: 'service', subject: 'client1' }],
  ['kinde', 'roles by name', { roles: ['editor'] }, { roles: ['editor'] }],
  ['fusionauth', 'an older version', { tty: undefined }, { kind: 'user' }],
  ['better-auth', 'one role', { role: 'user' }, { roles: ['user'] }],
  ['oidc', 'a client', { sub: 'web', act: undefined }, { kind: 'service' }],
];

const KEYCLOAK = 'https://id.example.com/realms';
const COGNITO = 'https://cognito-idp.eu-west-1.amazonaws.com';

/** What must not pass, and why it does not. */
const REFUSED: readonly [page: string, what: string, change: Change, reason: string][] = [
  ['auth0', 'an ID token', { nonce: 'n' }, 'token_use_mismatch'],
  ['auth0', 'an ID token for its client', { nonce: 'n', aud: 'web' }, 'token_use_mismatch'],
  ['auth0', 'another API', { aud: 'https://billing.example.com' }, 'aud_mismatch'],
  ['auth0', 'no audience', { aud: undefined }, 'missing_claim'],
  ['auth0', 'another tenant', { iss: 'https://other.eu.auth0.com/' }, 'unknown_issuer'],
  ['auth0', 'no slash', { iss: 'https://example.eu.auth0.com' }, 'unknown_issuer'],
  ['okta', 'an ID token', { cid: undefined, nonce: 'n' }, 'token_use_mismatch'],
  ['okta', "the organization's own", { iss: 'https://example.okta.com' }, 'unknown_issuer'],
  ['okta', 'another API', { aud: 'api://billing' }, 'aud_mismatch'],
  ['keycloak', 'an ID token', { typ: 'ID' }, 'token_use_mismatch'],
  ['keycloak', 'a refresh token', { typ: 'Refresh' }, 'token_use_mismatch'],
  ['keycloak', 'another realm', { iss: `${KEYCLOAK}/other` }, 'unknown_issuer'],
  ['keycloak', 'no audience mapper', { aud: 'account' }, 'aud_mismatch'],
  [
    'cognito',
    'an ID token, whose audience is the client',
    { token_use: 'id', aud: '4example', client_id: undefined, scope: undefined },
    'token_use_mismatch',
  ],
  ['cognito', 'another client', { client_id: '4other' }, 'client_not_allowed'],
  ['cognito', 'no client', { client_id: undefined }, 'client_not_allowed'],
  ['cognito', 'another pool', { iss: `${COGNITO}/eu-west-1_Other` }, 'unknown_issuer'],
  ['entra', 'an ID token', { azp: undefined, scp: undefined }, 'token_use_mismatch'],
  ['entra', 'an address as audience', { aud: 'api://orders' }, 'aud_mismatch'],
  [
    'entra',
    'another tenant',
    { iss: `https://login.microsoftonline.com/${OTHER}/v2.0` },
    'unknown_issuer',
  ],
  ['entra', 'an issuer that speaks for another tenant', { tid: OTHER }, 'organization_mismatch'],
  ['google', 'another client', { aud: '456.apps.googleusercontent.com' }, 'aud_mismatch'],
  ['google', 'more than a day old', { ageSeconds: 90_000 }, 'token_too_old'],
  ['firebase', 'another project', { aud: 'other' }, 'aud_mismatch'],
  ['firebase', 'a long subject', { sub: 's'.repeat(129) }, 'missing_claim'],
  [
    'firebase',
    'a session cookie',
    { iss: 'https://session.firebase.google.com/orders-1a2b3' },
    'unknown_issuer',
  ],
  ['supabase', 'an API key', { iss: 'supabase', role: 'anon' }, 'unknown_issuer'],
  ['supabase', 'an anonymous user', { is_anonymous: true }, 'token_use_mismatch'],
  ['supabase', 'another audience', { aud: 'anon' }, 'aud_mismatch'],
  ['workos', 'no session', { sid: undefined }, 'token_use_mismatch'],
  [
    'workos',
    'another environment',
    { iss: 'https://api.workos.com/user_management/client_02' },
    'unknown_issuer',
  ],
  ['zitadel', 'an ID token', { jti: undefined }, 'token_use_mismatch'],
  ['zitadel', 'another project', { aud: ['3001', '9'] }, 'aud_mismatch'],
  ['logto', 'an ID token', { client_id: undefined }, 'token_use_mismatch'],
  ['logto', 'an organization token', { aud: 'urn:logto:organization:o1' }, 'aud_mismatch'],
  ['descope', 'a refresh token', { drn: 'DSR' }, 'token_use_mismatch'],
  ['descope', 'another project', { iss: 'https://api.descope.com/P3' }, 'unknown_issuer'],
  ['kinde', 'an ID token', { at_hash: 'h' }, 'token_use_mismatch'],
  ['kinde', 'an ID token without a hash', { scp: undefined }, 'token_use_mismatch'],
  ['kinde', 'no audience', { aud: [] }, 'aud_mismatch'],
  ['fusionauth', 'an ID token', { tty: 'id' }, 'token_use_mismatch'],
  ['fusionauth', 'an older ID token', { tty: undefined, at_hash: 'h' }, 'token_use_mismatch'],
  ['fusionauth', 'another application', { aud: 'other' }, 'aud_mismatch'],
  ['better-auth', 'another service', { aud: 'https://other.example.com' }, 'aud_mismatch'],
  ['better-auth', 'another server', { iss: 'https://other.example.com' }, 'unknown_issuer'],
  ['oidc', 'an ID token', { at_hash: 'h' }, 'token_use_mismatch'],
  ['oidc', 'another API', { aud: 'https://billing.example.com' }, 'aud_mismatch'],
  ['oidc', 'a slash too many', { iss: 'https://login.example.com/' }, 'unknown_issuer'],
];

/** With `ageSeconds`, it was issued so long ago, and is valid yet. */
function changed({ header, payload }: ShownToken, { ageSeconds, ...change }: Change): ShownToken {
  return { header, payload: { ...payload, ...change }, ageSeconds: Number(ageSeconds ?? 0) };
}

describe.each(ADAPTERS)('tokens of providers, on %s', (adapter) => {
  let signer: Signer;
  let api: ServedApi;

  beforeAll(async () => {
    signer = await Signer.generate();
    const issuers = PAGES.map(({ provider, token }) => signer.stands(provider, token.header.alg));
    api = await serve(adapter, issuers);
  });

  afterAll(() => api.close());

  it.each(ACCEPTED)('A25: %s, %s', async (page, _, change, principal) => {
    const verdict = await api.ask(await signer.sign(changed(pageOf(page).token, change)));
    expect(verdict).toMatchObject({ status: 200, principal });
  });

  it.each(REFUSED)('A4 A5 A25: not %s: %s', async (page, _, change, reason) => {
    const verdict = await api.ask(await signer.sign(changed(pageOf(page).token, change)));
    expect(verdict.reason).toBe(reason);
    expect(verdict.status).toBe(reason === 'organization_mismatch' ? 403 : 401);
  });

  it('A25: not firebase: what its emulator makes, which nobody signed', async () => {
    const { payload } = pageOf('firebase').token;
    const encode = (value: object): string =>
      Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = `${encode({ alg: 'none', typ: 'JWT' })}.${encode(payload)}.`;
    expect((await api.ask(token)).reason).toBe('alg_not_allowed');
  });

  it('A25: not firebase: no key id', async () => {
    const { header, payload } = pageOf('firebase').token;
    const token = await signer.sign({ header: { ...header, kid: undefined }, payload });
    expect((await api.ask(token)).reason).toBe('token_use_mismatch');
  });
});
