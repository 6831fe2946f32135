import { createClerkClient } from '@clerk/backend';
import { Controller, Get } from '@nestjs/common';
import { Accepts } from '../../../../lib/index.js';
import { get, start } from '../../../e2e/http/application.js';
import { ClerkApiServer } from '../../../e2e/http/clerk/clerk-api.js';
import { ClerkInstance } from '../../../e2e/http/clerk/clerk-instance.js';

@Controller()
class Api {
  @Accepts('apiKey', 'oauthToken', 'm2mToken')
  @Get()
  enter(): object {
    return {};
  }
}

const { secretKey } = ClerkApiServer;
const instance = new ClerkInstance();

describe('what @clerk/backend asks about opaque tokens, and what we ask', () => {
  let server: ClerkApiServer;
  beforeAll(async () => {
    server = await ClerkApiServer.start();
    server.know('ak_1', { subject: 'user_ann' });
    server.know('oat_1', { subject: 'user_ann', client_id: 'oa_client', type: 'oauth_token' });
    server.know('mt_1', { subject: 'mch_worker' });
  });
  afterAll(() => server.close());

  it('C41, C42, C43: the same questions at the same addresses, with the same outcome', async () => {
    const { publishableKey } = instance;
    const options = { publishableKey, secretKey, apiUrl: server.url };
    const sdk = createClerkClient({ ...options, telemetry: { disabled: true } });
    const bySdk = async (token: string): Promise<boolean> => {
      const headers = { authorization: `Bearer ${token}` };
      const request = new Request('https://api.example.com/', { headers });
      const state = await sdk.authenticateRequest(request, { acceptsToken: 'any' });
      return state.toAuth()?.isAuthenticated ?? false;
    };
    const provider = instance.provider({ secretKey, apiUrl: server.url });
    const api = await start('express', { controllers: [Api], auth: { issuers: [provider] } });
    const tokens = ['ak_1', 'oat_1', 'mt_1', 'ak_2', 'oat_2', 'mt_2'];
    const theirs = await Promise.all(tokens.map(bySdk));
    const askedByThem = server.asked.splice(0);
    const ours = await Promise.all(tokens.map(async (token) => (await get(api.url, token)).status));
    await api.close();
    expect(ours.map((status) => status === 200)).toEqual(theirs);
    expect(theirs).toEqual([true, true, true, false, false, false]);
    expect(server.asked).toHaveLength(6);
    // Their own hosts take questions without a version as well; what is documented has one.
    const versioned = askedByThem.map((each) => ({ ...each, path: `/v1${each.path}` }));
    const sorted = (all: readonly object[]): readonly string[] =>
      all.map((each) => JSON.stringify(each)).sort();
    expect(sorted(server.asked)).toEqual(sorted(versioned));
  });
});
