import { TestIssuer } from '../../../lib/testing/index.js';
import { ADAPTERS, get, start, type RunningApplication } from './application.js';
import { OrdersApi } from './orders-api.js';

const EXPIRED =
  'Bearer realm="api", error="invalid_token", error_description="The access token expired"';
const INVALID =
  'Bearer realm="api", error="invalid_token", error_description="The access token is invalid"';
const MALFORMED =
  'Bearer realm="api", error="invalid_token", error_description="The access token is malformed"';

describe.each(ADAPTERS)('the corridor on %s', (adapter) => {
  let issuer: TestIssuer;
  let api: RunningApplication;

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['RS256', 'ES256', 'EdDSA', 'PS256'] });
    api = await start(adapter, {
      controllers: [OrdersApi],
      auth: { issuers: [issuer.options()], clock: issuer.clock },
    });
  });

  afterAll(async () => {
    await api.close();
    await issuer.close();
  });

  it('asks whoever brings no token for one, without an error code', async () => {
    const { status, challenge, body } = await get(`${api.url}/profile`);
    expect(status).toBe(401);
    expect(challenge).toBe('Bearer realm="api"');
    expect(body).toEqual({
      statusCode: 401,
      error: 'Unauthorized',
      code: 'missing_credentials',
      message: 'Authentication is required',
    });
  });

  it('names the scopes of the operation to whoever brings no token', async () => {
    const { challenge } = await get(`${api.url}/orders`);
    expect(challenge).toBe('Bearer realm="api", scope="orders:read orders:list"');
  });

  it('hands the handler its user, with roles and organization', async () => {
    const token = await issuer.token({
      sub: 'ann',
      roles: ['member'],
      org_id: 'acme',
      scope: 'a b',
    });
    const { status, body } = await get(`${api.url}/profile`, token);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      kind: 'user',
      subject: 'ann',
      organizationId: 'acme',
      roles: ['member'],
      scopes: ['a', 'b'],
      permissions: [],
      issuer: issuer.issuer,
    });
    expect(JSON.stringify(body)).not.toContain(token.split('.')[2]);
  });

  it.each(['RS256', 'ES256', 'EdDSA', 'PS256'])('accepts %s', async (algorithm) => {
    const token = await issuer.token({}, { algorithm });
    expect(await get(`${api.url}/profile`, token)).toMatchObject({ status: 200 });
  });

  it('refuses a role the caller does not have, without a challenge that new scopes could answer', async () => {
    const { status, challenge, body } = await get(`${api.url}/admin`, await issuer.token());
    expect(status).toBe(403);
    expect(challenge).toBeNull();
    expect(body).toEqual({
      statusCode: 403,
      error: 'Forbidden',
      code: 'forbidden',
      message: 'Access is denied',
    });
  });

  it.each([['admin'], ['owner']])('lets the role %s in', async (role) => {
    const token = await issuer.token({ roles: [role] });
    expect(await get(`${api.url}/admin`, token)).toMatchObject({ status: 200 });
  });

  it('names every scope of the operation when one is missing', async () => {
    const token = await issuer.token({ scope: 'orders:read', org_id: 'acme' });
    const { status, challenge, body } = await get(`${api.url}/orders`, token);
    expect(status).toBe(403);
    expect(challenge).toBe(
      'Bearer realm="api", error="insufficient_scope", error_description="The access token does not have the required scope", scope="orders:read orders:list"',
    );
    expect(body).toMatchObject({ code: 'insufficient_scope' });
  });

  it('requires all permissions of a bare list', async () => {
    const some = await issuer.token({ permissions: ['orders.approve'] });
    const all = await issuer.token({ permissions: ['orders.pay', 'orders.approve'] });
    expect(await get(`${api.url}/approvals`, some)).toMatchObject({ status: 403, challenge: null });
    expect(await get(`${api.url}/approvals`, all)).toMatchObject({ status: 200 });
  });

  it('refuses a caller without an organization where one is needed', async () => {
    const scope = 'orders:read orders:list';
    const alone = await issuer.token({ scope });
    const member = await issuer.token({ scope, org_id: 'acme' });
    expect(await get(`${api.url}/orders`, alone)).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    });
    expect(await get(`${api.url}/orders`, member)).toMatchObject({
      status: 200,
      body: { organizationId: 'acme' },
    });
  });

  it('looks at no token on a public route, not even at a broken one', async () => {
    expect(await get(`${api.url}/health`)).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(await get(`${api.url}/health`, 'broken')).toMatchObject({ status: 200 });
  });

  it('guards HEAD as it guards GET', async () => {
    const response = await fetch(`${api.url}/profile`, { method: 'HEAD' });
    expect(response.status).toBe(401);
  });

  it.each([
    ['for another audience', { aud: 'api://other' }, INVALID],
    ['for no audience', { aud: undefined }, INVALID],
    ['of an unknown issuer', { iss: 'https://evil.test' }, INVALID],
    ['of no issuer', { iss: undefined }, INVALID],
    ['expired', { exp: 1 }, EXPIRED],
    ['that never expires', { exp: undefined }, INVALID],
    ['bound to a key nobody proves', { cnf: { jkt: 'x' } }, INVALID],
    ['whose audience is nested', { aud: [['api://test']] }, INVALID],
  ])('refuses a token %s', async (_, claims, expected) => {
    const { status, challenge } = await get(`${api.url}/profile`, await issuer.token(claims));
    expect([status, challenge]).toEqual([401, expected]);
  });

  it('refuses a token that is not valid yet, and says so', async () => {
    const later = Math.floor(issuer.clock() / 1000) + 3600;
    const { challenge } = await get(`${api.url}/profile`, await issuer.token({ nbf: later }));
    expect(challenge).toBe(
      'Bearer realm="api", error="invalid_token", error_description="The access token is not yet valid"',
    );
  });

  it.each(['logout+jwt', 'dpop+jwt', 7])('refuses a token of type %s', async (typ) => {
    const token = await issuer.token({}, { header: { typ } });
    const { status, challenge } = await get(`${api.url}/profile`, token);
    expect([status, challenge]).toEqual([401, INVALID]);
  });

  it.each([undefined, 'JWT', 'AT+JWT', 'application/at+jwt'])('accepts type %s', async (typ) => {
    const token = await issuer.token({}, { header: { typ } });
    expect(await get(`${api.url}/profile`, token)).toMatchObject({ status: 200 });
  });

  it.each(['x', 'a.b', 'a.b.c.d', 'e30.e30.e30=', '..', 'a..c', 'e30.e30.+_8', 'e30.e30.e30.'])(
    'calls %j malformed',
    async (token) => {
      const { status, challenge } = await get(`${api.url}/profile`, token);
      expect([status, challenge]).toEqual([401, MALFORMED]);
    },
  );

  it('expires with the clock of the options', async () => {
    const token = await issuer.token({}, { lifetimeSeconds: 60 });
    expect(await get(`${api.url}/profile`, token)).toMatchObject({ status: 200 });
    issuer.advance(66);
    expect(await get(`${api.url}/profile`, token)).toMatchObject({
      status: 401,
      challenge: EXPIRED,
    });
    issuer.advance(-66);
  });
});
