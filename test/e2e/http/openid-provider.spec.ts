import { jest } from '@jest/globals';
import { JwksService } from '../../../lib/index.js';
import { ADAPTERS, get, start, type RunningApplication } from './application.js';
import { OpenidProvider } from './openid-provider.js';
import { OrdersApi } from './orders-api.js';

const AUDIENCE = 'urn:orders';
const challenge = (description: string): string =>
  `Bearer realm="api", error="invalid_token", error_description="${description}"`;

describe.each(ADAPTERS)('tokens of an OpenID provider on %s', (adapter) => {
  let provider: OpenidProvider;
  let api: RunningApplication;
  let offsetMs: number;

  beforeAll(() => {
    // The provider warns that it keeps everything in memory, which is the point here.
    jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  });

  beforeEach(async () => {
    offsetMs = 0;
    provider = await OpenidProvider.start();
    api = await start(adapter, {
      controllers: [OrdersApi],
      auth: {
        issuers: [
          {
            issuer: provider.issuer,
            audience: AUDIENCE,
            claims: { organizationId: 'client_id' },
          },
        ],
        clock: () => Date.now() + offsetMs,
      },
    });
  });

  afterEach(async () => {
    await api.close();
    await provider.close();
  });

  it('from its client-credentials grant are accepted', async () => {
    const token = await provider.token(AUDIENCE);
    expect(await get(`${api.url}/profile`, token)).toMatchObject({
      status: 200,
      body: { kind: 'service', subject: 'reporting', scopes: ['orders:read', 'orders:list'] },
    });
    expect(await get(`${api.url}/orders`, token)).toMatchObject({
      status: 200,
      body: { organizationId: 'reporting' },
    });
  });

  it('with fewer scopes are told which are needed', async () => {
    const token = await provider.token(AUDIENCE, 'orders:read');
    expect(await get(`${api.url}/orders`, token)).toMatchObject({
      status: 403,
      challenge:
        'Bearer realm="api", error="insufficient_scope", error_description="The access token does not have the required scope", scope="orders:read orders:list"',
    });
  });

  it('for another audience are refused', async () => {
    const token = await provider.token('urn:payments');
    expect(await get(`${api.url}/profile`, token)).toMatchObject({
      status: 401,
      challenge: challenge('The access token is invalid'),
    });
  });

  it('of another issuer are refused', async () => {
    const other = await OpenidProvider.start();
    const token = await other.token(AUDIENCE);
    await other.close();
    expect(await get(`${api.url}/profile`, token)).toMatchObject({
      status: 401,
      challenge: challenge('The access token is invalid'),
    });
  });

  it('are refused once they expired', async () => {
    const token = await provider.token(AUDIENCE);
    expect(await get(`${api.url}/profile`, token)).toMatchObject({ status: 200 });
    offsetMs = 66_000;
    expect(await get(`${api.url}/profile`, token)).toMatchObject({
      status: 401,
      challenge: challenge('The access token expired'),
    });
  });

  it('signed by a key it has rotated away are refused', async () => {
    const token = await provider.token(AUDIENCE);
    expect(await get(`${api.url}/profile`, token)).toMatchObject({ status: 200 });
    await provider.rotate();
    expect(await get(`${api.url}/profile`, await provider.token(AUDIENCE))).toMatchObject({
      status: 200,
    });
    await api.app.get(JwksService).refresh();
    expect(await get(`${api.url}/profile`, token)).toMatchObject({
      status: 401,
      challenge: challenge('The access token is invalid'),
    });
  });
});
