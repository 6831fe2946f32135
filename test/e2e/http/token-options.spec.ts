import { TestIssuer } from '../../../lib/testing/index.js';
import type { AuthEvent, AuthModuleOptions, IssuerOptions } from '../../../lib/index.js';
import { ADAPTERS, get, start, type RunningApplication } from './application.js';
import { OrdersApi } from './orders-api.js';

describe.each(ADAPTERS)('options of tokens on %s', (adapter) => {
  let issuer: TestIssuer;
  let api: RunningApplication;
  let reasons: string[];

  beforeEach(async () => {
    reasons = [];
    issuer = await TestIssuer.start();
  });

  afterEach(async () => {
    await api.close();
    await issuer.close();
  });

  async function serve(
    options: Partial<IssuerOptions>,
    more: Partial<AuthModuleOptions> = {},
  ): Promise<void> {
    api = await start(adapter, {
      controllers: [OrdersApi],
      auth: {
        issuers: [issuer.options(options)],
        clock: issuer.clock,
        onEvent: (event) => {
          if (event.type === 'auth.denied') reasons.push(event.reason);
        },
        ...more,
      },
    });
  }

  async function status(claims: object, header: object = {}): Promise<number> {
    const token = await issuer.token({ ...claims }, { header: { ...header } });
    return (await get(`${api.url}/profile`, token)).status;
  }

  it('accepts access tokens of RFC 9068 and nothing else', async () => {
    await serve({ profile: 'rfc9068' });
    expect(await status({ client_id: 'shop' })).toBe(200);
    expect(await status({ client_id: 'shop' }, { typ: 'application/AT+JWT' })).toBe(200);
    expect(await status({ client_id: 'shop' }, { typ: 'JWT' })).toBe(401);
    expect(await status({ client_id: 'shop' }, { typ: undefined })).toBe(401);
    expect(await status({})).toBe(401);
    expect(reasons).toEqual(['typ_mismatch', 'typ_mismatch', 'missing_claim']);
  });

  it('refuses what was issued too long ago', async () => {
    await serve({ maxTokenAgeSeconds: 60 });
    const now = Math.floor(issuer.clock() / 1000);
    expect(await status({ iat: now - 50 })).toBe(200);
    expect(await status({ iat: now - 70 })).toBe(401);
    expect(await status({ iat: undefined })).toBe(401);
    expect(reasons).toEqual(['token_too_old', 'missing_claim']);
  });

  it('refuses tokens of other clients', async () => {
    await serve({ authorizedParties: ['shop', 'https://shop.test'] });
    expect(await status({ azp: 'https://shop.test' })).toBe(200);
    expect(await status({ azp: 'https://shop.test.evil.test' })).toBe(401);
    expect(reasons).toEqual(['client_not_allowed']);
  });

  it('refuses tokens for another use', async () => {
    await serve({ tokenUse: { claim: 'token_use', value: 'access' } });
    expect(await status({ token_use: 'access' })).toBe(200);
    expect(await status({ token_use: 'id' })).toBe(401);
    expect(reasons).toEqual(['token_use_mismatch']);
  });

  it('remembers as many tokens, and for as long, as is configured', async () => {
    const seen: unknown[] = [];
    const onEvent = (event: AuthEvent): void => {
      if (event.type === 'auth.authenticated') seen.push(event.principal);
    };
    await serve({}, { tokenCache: { maxEntries: 1, maxAgeSeconds: 60 }, onEvent });
    const [one, other] = [await issuer.token({ sub: 'ann' }), await issuer.token({ sub: 'eve' })];
    for (const token of [one, one, other, one]) await get(`${api.url}/profile`, token);
    issuer.advance(61);
    await get(`${api.url}/profile`, one);
    // The principal of a remembered token is the very same.
    expect(seen.map((each) => seen.indexOf(each))).toEqual([0, 0, 2, 3, 4]);
  });

  it('takes keys for fresh, and for trusted when the issuer is down, as long as is configured', async () => {
    await serve({}, { keySets: { freshSeconds: 60, staleSeconds: 120 } });
    const first = await issuer.token();
    expect(await get(`${api.url}/profile`, first)).toMatchObject({ status: 200 });
    await issuer.rotate({ withdraw: true });
    issuer.advance(61);
    expect(await get(`${api.url}/profile`, first)).toMatchObject({ status: 401 });
    const second = await issuer.token({}, { lifetimeSeconds: 900 });
    expect(await get(`${api.url}/profile`, second)).toMatchObject({ status: 200 });
    await issuer.close();
    issuer.advance(170);
    expect(await get(`${api.url}/profile`, second)).toMatchObject({ status: 200 });
    issuer.advance(15);
    expect(await get(`${api.url}/profile`, second)).toMatchObject({ status: 503 });
  });

  it.each([undefined, false] as const)(
    'decides the same for a token it remembers as for one it does not: tokenCache %s',
    async (tokenCache) => {
      await serve({}, tokenCache === undefined ? {} : { tokenCache });
      const user = await issuer.token({ sub: 'ann' });
      const admin = await issuer.token({ sub: 'eve', roles: ['admin'] });
      for (let round = 0; round < 3; round += 1) {
        const [mine, theirs] = await Promise.all(
          [user, admin].map((token) => get(`${api.url}/profile`, token)),
        );
        expect([mine?.body['subject'], theirs?.body['subject']]).toEqual(['ann', 'eve']);
        expect(await get(`${api.url}/admin`, user)).toMatchObject({ status: 403 });
        expect(await get(`${api.url}/admin`, admin)).toMatchObject({ status: 200 });
      }
      issuer.advance(306);
      expect(await get(`${api.url}/profile`, user)).toMatchObject({ status: 401 });
    },
  );
});
