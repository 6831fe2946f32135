import { generateKeyPairSync } from 'node:crypto';
import { decodeJwt } from 'jose';
import { Concealed } from '../../lib/core/concealed.js';
import type { OAuthClient } from '../../lib/endpoint/oauth-client.js';
import { TokenEndpoint } from '../../lib/outbound/token-endpoint.js';
import { ServiceCredentials } from '../../lib/outbound/service-credentials.js';
import { TokenServer } from './token-server.js';

describe('who we are to a token endpoint', () => {
  let server: TokenServer;

  beforeEach(async () => {
    server = await TokenServer.start();
  });

  afterEach(() => server.close());

  function as(client: OAuthClient): ServiceCredentials {
    const endpoint = new TokenEndpoint(server.settings({ client }), { clock: Date.now });
    const settings = { name: 'billing', endpoint, purpose: {} };
    const ignore = (): void => undefined;
    return new ServiceCredentials(settings, Date.now, { onObtained: ignore, onFailing: ignore });
  }

  it('CC-24: sends what the secret is, however it is spelt', async () => {
    const [id, secret] = ['a:b%c+d é', 'p:q%r+s é&='];
    const client = { id, method: 'client_secret_basic', secret: new Concealed(secret) } as const;
    await as(client).token();
    const [, sent = ''] = (server.asked[0]?.authorization ?? '').split(' ');
    const pair = Buffer.from(sent, 'base64').toString().split(':');
    const decoded = pair.map((each) => decodeURIComponent(each.replaceAll('+', '%20')));
    expect(decoded).toEqual([id, secret]);
  });

  it('CC-26: signs who it is, each time anew', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const client = {
      id: 'shop',
      method: 'private_key_jwt',
      key: new Concealed(privateKey),
      algorithm: 'ES256',
      keyId: 'k1',
    } as const;
    const billing = as(client);
    await billing.token();
    await billing.token({ scope: 'other' });
    const assertions = server.asked.map(({ parameters }) =>
      decodeJwt(parameters['client_assertion'] ?? ''),
    );
    expect(new Set(assertions.map(({ jti }) => jti)).size).toBe(2);
    for (const { exp = 0, iat = 0, aud, sub, iss } of assertions) {
      expect(exp - iat).toBeLessThanOrEqual(300);
      expect([sub, iss]).toEqual(['shop', 'shop']);
      expect([aud].flat()).toContain(server.url.origin);
    }
  });
});
