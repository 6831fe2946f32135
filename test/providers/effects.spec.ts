import { SignJWT } from 'jose';
import {
  cognito,
  descope,
  entra,
  firebase,
  fusionauth,
  google,
  keycloak,
  kinde,
  logto,
  oidc,
  supabase,
  workos,
  zitadel,
  type IdentityProvider,
} from '../../lib/index.js';
import { ADAPTERS } from '../e2e/http/application.js';
import { FaultyIssuer, json } from '../verification/jwt/keys/faulty-issuer.js';
import { pageOf, type ShownToken } from './page.js';
import { serve, Signer, type ServedApi, type Verdict } from './served.js';

type Change = Readonly<Record<string, unknown>>;

const API = '66666666-7777-8888-9999-000000000000';
const TENANT = '11111111-2222-3333-4444-555555555555';
const OTHER = '22222222-2222-3333-4444-555555555555';

describe.each(ADAPTERS)('what options of presets do, on %s', (adapter) => {
  let signer: Signer;
  let api: ServedApi | undefined;

  beforeAll(async () => {
    signer = await Signer.generate();
  });

  afterEach(async () => {
    await api?.close();
    api = undefined;
  });

  /** The token of a page, changed, before a provider. */
  function before(page: string, provider: IdentityProvider): (change: Change) => Promise<Verdict> {
    const { token } = pageOf(page);
    return async (change) => {
      api ??= await serve(adapter, [signer.stands(provider, token.header.alg)]);
      return api.ask(await signer.sign(changed(token, change)));
    };
  }

  function changed({ header, payload }: ShownToken, change: Change): ShownToken {
    return { header, payload: { ...payload, ...change } };
  }

  it('keycloak: without an audience mapper, the client is what counts', async () => {
    const issuer = 'https://id.example.com/realms/shop';
    const provider = keycloak({ issuer, audience: null, authorizedParties: ['web'] });
    const ask = before('keycloak', provider);
    expect(await ask({ aud: 'account' })).toMatchObject({
      status: 200,
      principal: { roles: ['staff', 'offline_access'] },
    });
    expect(await ask({ azp: 'other' })).toMatchObject({ reason: 'client_not_allowed' });
    expect(await ask({ azp: undefined })).toMatchObject({ reason: 'client_not_allowed' });
  });

  it('keycloak: who is in two organizations is in none', async () => {
    const ask = before('keycloak', pageOf('keycloak').provider);
    const { principal } = await ask({ organization: { acme: {}, other: {} } });
    expect(principal).not.toHaveProperty('organizationId');
  });

  it('cognito: ID tokens, where they are asked for, and no access tokens then', async () => {
    const pool = { userPoolId: 'eu-west-1_AbCdEfGhI', clientId: '4example' };
    const ask = before('cognito', cognito({ ...pool, tokens: 'id' }));
    const id = { token_use: 'id', aud: '4example', client_id: undefined, username: undefined };
    expect(await ask(id)).toMatchObject({ status: 200, principal: { kind: 'user' } });
    expect(await ask({ ...id, aud: '4other' })).toMatchObject({ reason: 'aud_mismatch' });
    expect(await ask({ aud: '4example' })).toMatchObject({ reason: 'token_use_mismatch' });
  });

  it('cognito: a resource is checked beside the client', async () => {
    const pool = { userPoolId: 'eu-west-1_AbCdEfGhI', clientId: '4example' };
    const ask = before('cognito', cognito({ ...pool, audience: 'https://orders.test' }));
    expect(await ask({ aud: 'https://orders.test' })).toMatchObject({ status: 200 });
    expect(await ask({})).toMatchObject({ reason: 'missing_claim' });
  });

  it('entra: groups count as roles, and too many of them are not none', async () => {
    const provider = entra({ tenantId: TENANT, audience: API, groupsAsRoles: true });
    const ask = before('entra', provider);
    expect(await ask({ groups: ['g1', 'g2'] })).toMatchObject({
      principal: { roles: ['Orders.Admin', 'g1', 'g2'] },
    });
    expect(await ask({})).toMatchObject({ principal: { roles: ['Orders.Admin'] } });
    const overage = { _claim_names: { groups: 'src1' }, _claim_sources: { src1: {} } };
    const tooMany = { status: 403, reason: 'claim_incomplete' };
    expect(await ask(overage)).toMatchObject(tooMany);
    expect(await ask({ hasgroups: true })).toMatchObject(tooMany);
    expect(await ask({ _claim_names: { other: 'src1' } })).toMatchObject({ status: 200 });
  });

  it('entra: a token without its groups is accepted where nobody asks for them', async () => {
    const ask = before('entra', pageOf('entra').provider);
    expect(await ask({ _claim_names: { groups: 'src1' } })).toMatchObject({ status: 200 });
  });

  it('google: users of a domain alone', async () => {
    const clientId = '123-abc.apps.googleusercontent.com';
    const ask = before('google', google({ clientId, hostedDomain: 'example.com' }));
    expect(await ask({})).toMatchObject({ status: 200 });
    expect(await ask({ hd: 'other.com' })).toMatchObject({ reason: 'token_use_mismatch' });
    expect(await ask({ hd: undefined })).toMatchObject({ reason: 'token_use_mismatch' });
  });

  it('google: the domain and the client hold, whatever else is demanded', async () => {
    const clientId = '123-abc.apps.googleusercontent.com';
    const provider = google({
      ...{ clientId, hostedDomain: 'example.com', audience: () => true },
      tokenUse: { claim: 'email_verified', value: true, optional: true },
    });
    const ask = before('google', provider);
    expect(await ask({})).toMatchObject({ status: 200 });
    expect(await ask({ hd: undefined })).toMatchObject({ reason: 'token_use_mismatch' });
    expect(await ask({ email_verified: false })).toMatchObject({ reason: 'token_use_mismatch' });
    expect(await ask({ aud: 'other' })).toMatchObject({ reason: 'aud_mismatch' });
  });

  it('supabase: anonymous users stay out, whatever else is demanded', async () => {
    const tokenUse = { claim: 'aal', value: ['aal1', 'aal2'], optional: true } as const;
    const ask = before('supabase', supabase({ projectRef: 'abcdefghijklmnopqrst', tokenUse }));
    expect(await ask({})).toMatchObject({ status: 200 });
    expect(await ask({ is_anonymous: true })).toMatchObject({ reason: 'token_use_mismatch' });
    expect(await ask({ aal: 'aal3' })).toMatchObject({ reason: 'token_use_mismatch' });
  });

  it('cognito: of the clients that may enter, those that authorizedParties names as well', async () => {
    const provider = cognito({
      ...{ userPoolId: 'eu-west-1_AbCdEfGhI', clientId: ['4example', '4other'] },
      authorizedParties: ['4example', '4third'],
    });
    const ask = before('cognito', provider);
    expect(await ask({})).toMatchObject({ status: 200 });
    for (const client_id of ['4other', '4third']) {
      expect(await ask({ client_id })).toMatchObject({ reason: 'client_not_allowed' });
    }
  });

  it('firebase: anonymous accounts, where they are wanted, and nowhere else', async () => {
    const anonymous = { firebase: { identities: {}, sign_in_provider: 'anonymous' } };
    const named = { firebase: { identities: {}, sign_in_provider: 'password' } };
    const projectId = 'orders-1a2b3';
    const ask = before('firebase', firebase({ projectId, claims: { subject: 'sub' } }));
    expect(await ask(anonymous)).toMatchObject({ status: 401, reason: 'token_use_mismatch' });
    expect(await ask(named)).toMatchObject({ status: 200 });
    expect(await ask({ firebase: 'anonymous' })).toMatchObject({ status: 200 });
    await api?.close();
    api = undefined;
    const wanted = before('firebase', firebase({ projectId, anonymousUsers: true }));
    expect(await wanted(anonymous)).toMatchObject({ status: 200 });
  });

  it('zitadel: without a project, nobody has roles', async () => {
    const roles = { admin: { '5001': 'acme.example.com' } };
    const provider = zitadel({ domain: 'example.zitadel.cloud', audience: '3001' });
    const ask = before('zitadel', provider);
    const claims = {
      'urn:zitadel:iam:org:project:roles': roles,
      'urn:zitadel:iam:org:project:666:roles': roles,
    };
    expect(await ask(claims)).toMatchObject({ status: 200, principal: { roles: [] } });
  });

  it('supabase: anonymous users, where they are wanted', async () => {
    const provider = supabase({ projectRef: 'abcdefghijklmnopqrst', anonymousUsers: true });
    expect(await before('supabase', provider)({ is_anonymous: true })).toMatchObject({
      status: 200,
    });
  });

  it('workos: tokens of Connect', async () => {
    const provider = workos({
      clientId: 'client_01ABC',
      authkitDomain: 'example.authkit.app',
      audience: 'https://orders.test',
    });
    const ask = before('workos', provider);
    const iss = 'https://example.authkit.app';
    const token = { iss, aud: 'https://orders.test', scope: 'orders:read', sid: undefined };
    expect(await ask(token)).toMatchObject({ principal: { scopes: ['orders:read'] } });
    expect(await ask({ ...token, aud: 'client_01ABC' })).toMatchObject({ reason: 'aud_mismatch' });
    expect(await ask({ ...token, nonce: 'n' })).toMatchObject({ reason: 'token_use_mismatch' });
    expect(await ask({})).toMatchObject({ status: 200 });
  });

  it('logto: organization tokens are of their organization', async () => {
    const audience = ['https://orders.example.com', 'urn:logto:organization:o7'];
    const ask = before('logto', logto({ endpoint: 'https://example.logto.app', audience }));
    const token = { aud: 'urn:logto:organization:o7', organization_id: undefined };
    expect(await ask(token)).toMatchObject({ principal: { organizationId: 'o7' } });
    const other = { ...token, aud: 'urn:logto:organization:o8' };
    expect(await ask(other)).toMatchObject({ reason: 'aud_mismatch' });
    const none = await ask({ organization_id: undefined });
    expect(none.principal).not.toHaveProperty('organizationId');
  });

  it('descope: an audience that the JWT template puts in', async () => {
    const ask = before('descope', descope({ projectId: 'P2abcDEF', audience: 'orders' }));
    expect(await ask({ aud: 'orders' })).toMatchObject({ status: 200 });
    expect(await ask({})).toMatchObject({ reason: 'missing_claim' });
  });

  it('kinde: without an audience, the client is what counts', async () => {
    const provider = kinde({
      domain: 'example.kinde.com',
      audience: null,
      authorizedParties: ['client1'],
    });
    const ask = before('kinde', provider);
    expect(await ask({ aud: [] })).toMatchObject({ status: 200 });
    expect(await ask({ azp: 'client2' })).toMatchObject({ reason: 'client_not_allowed' });
    expect(await ask({ at_hash: 'h' })).toMatchObject({ reason: 'token_use_mismatch' });
  });

  it('fusionauth: machine tokens have permissions', async () => {
    const audience = 'entity-1';
    const provider = fusionauth({ issuer: 'acme.com', url: 'https://a.test', audience });
    const ask = before('fusionauth', provider);
    const token = { aud: 'entity-1', permissions: ['read'], roles: undefined };
    expect(await ask(token)).toMatchObject({ principal: { permissions: ['read'], roles: [] } });
  });

  it('fusionauth: HMAC, with the secret alone', async () => {
    const { provider, token } = pageOf('fusionauth');
    const secret = 's'.repeat(32);
    const now = Math.floor(Date.now() / 1000);
    const signed = await new SignJWT({ ...token.payload, iat: now, exp: now + 60 })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(secret));
    api = await serve(adapter, [signer.stands(provider)]);
    expect(await api.ask(signed)).toMatchObject({ reason: 'alg_not_allowed' });
    await api.close();
    api = await serve(adapter, [
      fusionauth({ issuer: 'acme.com', audience: String(token.payload['aud']), secret }),
    ]);
    expect(await api.ask(signed)).toMatchObject({ status: 200 });
  });

  it('oidc: with the profile of RFC 9068, typ tells access tokens', async () => {
    const issuer = 'https://login.example.com';
    const audience = 'https://orders.example.com';
    const ask = before('oidc', oidc({ issuer, audience, profile: 'rfc9068' }));
    expect(await ask({ nonce: 'n' })).toMatchObject({ status: 200 });
    const { header, payload } = pageOf('oidc').token;
    const token = await signer.sign({ header: { ...header, typ: 'JWT' }, payload });
    expect(await api?.ask(token)).toMatchObject({ reason: 'typ_mismatch' });
  });
});

describe.each(ADAPTERS)('keys of Entra ID, on %s', (adapter) => {
  it('verify tokens of the issuer that they are published for', async () => {
    const [shared, own, foreign] = await Promise.all([1, 2, 3].map(() => Signer.generate()));
    const published = [
      { signer: shared, kid: 'any', issuer: 'https://login.microsoftonline.com/{tenantid}/v2.0' },
      { signer: own, kid: 'own', issuer: `https://login.microsoftonline.com/${TENANT}/v2.0` },
      { signer: foreign, kid: 'other', issuer: `https://login.microsoftonline.com/${OTHER}/v2.0` },
    ];
    const server = await FaultyIssuer.start();
    const keys = published.map(({ signer, kid, issuer }) => ({
      ...signer?.published('RS256'),
      kid,
      issuer,
    }));
    server.serve({ jwks: json({ keys }) });
    const provider = entra({
      tenants: [TENANT, OTHER],
      audience: API,
      versions: ['2.0'],
      jwksUri: server.jwksUri,
    });
    const api = await serve(adapter, [provider]);
    const { header, payload } = pageOf('entra').token;
    const verdicts = published.flatMap(({ signer, kid }) =>
      [TENANT, OTHER].map(async (tid) => {
        const iss = `https://login.microsoftonline.com/${tid}/v2.0`;
        const token = { header: { ...header, kid }, payload: { ...payload, iss, tid } };
        const { status, principal } = await api.ask((await signer?.sign(token)) ?? '');
        return [kid, tid, status, principal['organizationId']];
      }),
    );
    expect(await Promise.all(verdicts)).toEqual([
      ['any', TENANT, 200, TENANT],
      ['any', OTHER, 200, OTHER],
      ['own', TENANT, 200, TENANT],
      ['own', OTHER, 401, undefined],
      ['other', TENANT, 401, undefined],
      ['other', OTHER, 200, OTHER],
    ]);
    const issuer = `https://login.microsoftonline.com/${TENANT}/v2.0`;
    const ignored = { type: 'keys.ignored', issuer, kid: 'other', flaw: 'other_issuer' };
    expect(api.events).toContainEqual(ignored);
    await api.close();
    await server.close();
  });
});
