import { decodeJwt } from 'jose';
import {
  BILLING,
  DEMO_CLIENT_SECRET,
  STOREFRONT,
} from '../../sample/04-service-to-service/demo-values.js';
import { Issuer } from '../../sample/04-service-to-service/issuer/issuer.js';

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

describe('the issuer of sample/04-service-to-service', () => {
  let issuer: Issuer;

  beforeAll(async () => {
    issuer = await Issuer.start();
  });

  afterAll(async () => {
    await issuer.close();
  });

  async function ask(
    parameters: Readonly<Record<string, string>>,
    credentials = `storefront:${DEMO_CLIENT_SECRET}`,
  ): Promise<Answer> {
    const response = await fetch(`${issuer.url}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(credentials)}` },
      body: new URLSearchParams({ resource: BILLING, ...parameters }),
    });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  }

  const exchange = (
    subject_token: string,
    more: Readonly<Record<string, string>> = {},
  ): Promise<Answer> =>
    ask({
      ...{ grant_type: TOKEN_EXCHANGE, subject_token, subject_token_type: ACCESS_TOKEN },
      ...more,
    });

  const tokenOf = ({ body }: Answer): string => String(body['access_token']);

  it('gives a token for billing, of the user, in which the storefront acts', async () => {
    const answer = await exchange(await issuer.tokenOf('ann'), { scope: 'invoices:read' });
    expect(answer).toMatchObject({
      status: 200,
      body: { issued_token_type: ACCESS_TOKEN, token_type: 'Bearer', scope: 'invoices:read' },
    });
    expect(decodeJwt(tokenOf(answer))).toMatchObject({
      ...{ iss: issuer.url, sub: 'ann', aud: BILLING, client_id: 'storefront', name: 'Ann' },
      act: { sub: 'storefront' },
    });
  });

  it('keeps who acted before within who acts now', async () => {
    const before = { sub: 'support-7', act: { sub: 'chat' } };
    const answer = await exchange(await issuer.tokenOf('ann', { act: before }));
    expect(decodeJwt(tokenOf(answer))['act']).toEqual({ sub: 'storefront', act: before });
  });

  it.each([
    ['a long one', 3600, 300],
    ['a short one', 20, 20],
  ])('lets what it gives for %s live no longer than that', async (_what, seconds, atMost) => {
    const subject = await issuer.tokenOf('ann', { lifetimeSeconds: seconds });
    const answer = await exchange(subject);
    const { exp = Infinity, iat = 0 } = decodeJwt(tokenOf(answer));
    expect(exp).toBeLessThanOrEqual(decodeJwt(subject).exp ?? 0);
    expect(exp - iat).toBeLessThanOrEqual(atMost);
    expect(answer.body['expires_in']).toBeLessThanOrEqual(atMost);
  });

  it.each([
    ['is not ours', () => 'eyJhbGciOiJub25lIn0.e30.'],
    ['was changed', async () => `${(await issuer.tokenOf('ann')).slice(0, -8)}AAAAAAAA`],
    ['is expired', () => issuer.tokenOf('ann', { lifetimeSeconds: -60 })],
    ['is of nobody', () => issuer.tokenOf('mallory')],
    ['is for billing already', async () => tokenOf(await exchange(await issuer.tokenOf('ann')))],
    [
      'is of the storefront itself',
      async () => tokenOf(await ask({ grant_type: 'client_credentials', scope: 'invoices:read' })),
    ],
    [
      'is revoked',
      async () => {
        const token = await issuer.tokenOf('eve');
        await administer('revoke-tokens-of/eve');
        return token;
      },
    ],
  ])('exchanges no token that %s', async (_what, make) => {
    expect(await exchange(await make())).toEqual({
      status: 400,
      body: { error: 'invalid_request', error_description: 'subject_token is invalid' },
    });
  });

  it.each([
    ['the storefront', { resource: STOREFRONT }, 'invalid_target'],
    ['anybody', { resource: 'api://elsewhere' }, 'invalid_target'],
    ['more than it may', { scope: 'invoices:read invoices:write' }, 'invalid_scope'],
    ['a refresh token', { requested_token_type: 'urn:example:refresh' }, 'invalid_request'],
    ['an ID token', { subject_token_type: 'urn:example:id-token' }, 'invalid_request'],
    ['another actor', { actor_token: 'a', actor_token_type: ACCESS_TOKEN }, 'invalid_request'],
  ])('gives none for %s', async (_what, more, error) => {
    const answer = await exchange(await issuer.tokenOf('ann'), more);
    expect(answer).toMatchObject({ status: 400, body: { error } });
  });

  it('gives none to who is not the storefront, or shut out', async () => {
    const grant = { grant_type: 'client_credentials', scope: 'invoices:read' };
    const refused = { status: 401, body: { error: 'invalid_client' } };
    expect(await ask(grant, 'storefront:guess')).toMatchObject(refused);
    expect(await administer('disable-client/storefront')).toBe(204);
    expect(await ask(grant)).toMatchObject(refused);
    expect(await administer('enable-client/storefront')).toBe(204);
    expect(await ask(grant)).toMatchObject({ status: 200 });
  });

  it('is administered by who has the key, and by nobody else', async () => {
    expect(await administer('disable-client/storefront', 'guess')).toBe(403);
    expect(await administer('nothing/storefront')).toBe(404);
  });

  async function administer(action: string, key: string = issuer.admin.key): Promise<number> {
    const headers = { 'x-admin-key': key };
    const { status } = await fetch(`${issuer.url}/admin/${action}`, { method: 'POST', headers });
    return status;
  }
});
