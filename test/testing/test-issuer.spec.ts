import { decodeJwt, decodeProtectedHeader, jwtVerify, createRemoteJWKSet } from 'jose';
import { Controller, Get } from '@nestjs/common';
import { AuthService } from '../../lib/index.js';
import { TestIssuer } from '../../lib/testing/index.js';
import { get, start } from '../e2e/http/application.js';

@Controller()
class Shop {
  constructor(private readonly auth: AuthService) {}

  @Get('exchanged')
  async exchanged(): Promise<object> {
    return decodeJwt(await this.auth.exchange('billing'));
  }
}

const json = async (url: string): Promise<Record<string, unknown>> =>
  (await (await fetch(url)).json()) as Record<string, unknown>;

describe('TestIssuer', () => {
  let issuer: TestIssuer | undefined;

  afterEach(() => issuer?.close());

  it('K19: publishes metadata and keys that a standard client verifies its tokens with', async () => {
    issuer = await TestIssuer.start({ path: '/tenant', algorithms: ['ES256', 'RS256'] });
    const metadata = await json(`${issuer.issuer}/.well-known/openid-configuration`);
    expect(metadata['issuer']).toBe(issuer.issuer);
    const { origin } = new URL(issuer.issuer);
    expect(await json(`${origin}/.well-known/oauth-authorization-server/tenant`)).toEqual(metadata);
    const keys = createRemoteJWKSet(new URL(String(metadata['jwks_uri'])));
    for (const algorithm of ['ES256', 'RS256']) {
      const token = await issuer.token({ sub: 'ann' }, { algorithm });
      const { payload } = await jwtVerify(token, keys, { audience: 'api://test' });
      expect(payload.sub).toBe('ann');
    }
    expect(issuer.requests).toContain('/tenant/jwks');
  });

  it('puts any claims and header members in, and leaves out what is undefined', async () => {
    issuer = await TestIssuer.start({ audience: 'api://a', algorithms: ['EdDSA'] });
    const token = await issuer.token(
      { sub: undefined, exp: 'soon' },
      { header: { typ: undefined, x: 1 } },
    );
    expect(decodeJwt(token)).toMatchObject({ aud: 'api://a', exp: 'soon' });
    expect(decodeJwt(token)).not.toHaveProperty('sub');
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'EdDSA', x: 1 });
    expect(decodeProtectedHeader(token)).not.toHaveProperty('typ');
    await expect(issuer.token({}, { algorithm: 'RS256' })).rejects.toThrow('no key for RS256');
  });

  it('can be down for a while, and has the same keys afterwards', async () => {
    issuer = await TestIssuer.start();
    const address = `${issuer.issuer}/jwks`;
    const before = await json(address);
    issuer.pause();
    await expect(fetch(address)).rejects.toThrow('fetch failed');
    expect(await issuer.token()).toMatch(/^ey/);
    issuer.resume();
    expect(await json(address)).toEqual(before);
  });

  it('has a clock of its own', async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    const before = decodeJwt(await issuer.token({}, { lifetimeSeconds: 10 }));
    issuer.advance(3600);
    const after = decodeJwt(await issuer.token({}, { lifetimeSeconds: 10 }));
    expect((after.iat ?? 0) - (before.iat ?? 0)).toBeGreaterThanOrEqual(3600);
    expect((after.exp ?? 0) - (after.iat ?? 0)).toBe(10);
    expect(issuer.clock() - Date.now()).toBeGreaterThan(3_599_000);
  });

  it('rotates its keys, with and without the old ones', async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    const kids = async (): Promise<unknown[]> => {
      const { keys } = await json(`${issuer?.issuer ?? ''}/jwks`);
      return (keys as { kid: string }[]).map(({ kid }) => kid);
    };
    const [first] = await kids();
    await issuer.rotate();
    expect(await kids()).toHaveLength(2);
    expect(await kids()).toContain(first);
    await issuer.rotate({ withdraw: true });
    expect(await kids()).toHaveLength(1);
    expect(decodeProtectedHeader(await issuer.token()).kid).toBe((await kids())[0]);
  });

  it('K19: grants tokens to those who call others, in the name of clients and of their users', async () => {
    issuer = await TestIssuer.start({ path: '/tenant', algorithms: ['ES256'] });
    const { audience } = issuer;
    const services = {
      billing: { issuer: issuer.issuer, clientId: 'shop', clientSecret: 'a+b:c', scope: 'x y' },
    };
    const auth = { issuers: [issuer.options()], services };
    const api = await start('express', { controllers: [Shop], auth });
    const own = decodeJwt(await api.app.get(AuthService).serviceToken('billing'));
    expect(own).toMatchObject({ sub: 'shop', client_id: 'shop', scope: 'x y', aud: audience });
    const act = { sub: 'support' };
    const caller = { sub: 'ann', roles: ['clerk'], org_id: 'acme' };
    const claims = { ...caller, act, scope: 'z', azp: 'web' };
    const token = await issuer.token(claims, { lifetimeSeconds: 100 });
    const { body } = await get(`${api.url}/exchanged`, token);
    expect(body).not.toHaveProperty('azp');
    expect(body).toMatchObject({
      ...{ ...caller, client_id: 'shop', scope: 'x y' },
      act: { sub: 'shop', act },
      exp: decodeJwt(token).exp,
    });
    await api.close();
  });

  it('grants nothing to clients it does not know, and of tokens that are not its own', async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'], clients: { shop: 'right' } });
    const ask = async (form: Record<string, string>): Promise<unknown> => {
      const body = new URLSearchParams({ client_id: 'shop', client_secret: 'right', ...form });
      const answer = await fetch(`${issuer?.issuer ?? ''}/token`, { method: 'POST', body });
      return [answer.status, ((await answer.json()) as { error?: string }).error];
    };
    const grant_type = 'client_credentials';
    expect(await ask({ grant_type })).toEqual([200, undefined]);
    expect(await ask({ grant_type, client_secret: 'wrong' })).toEqual([401, 'invalid_client']);
    expect(await ask({ grant_type, client_id: 'toString' })).toEqual([401, 'invalid_client']);
    expect(await ask({ grant_type: 'password' })).toEqual([400, 'unsupported_grant_type']);
    const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
    const stranger = await TestIssuer.start({ algorithms: ['ES256'] });
    const subject_token = await stranger.token();
    await stranger.close();
    expect(await ask({ grant_type: exchange, subject_token })).toEqual([400, 'invalid_request']);
    expect(await ask({ grant_type: exchange })).toEqual([400, 'invalid_request']);
  });

  it('answers 404 elsewhere', async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    expect((await fetch(`${issuer.issuer}/elsewhere`)).status).toBe(404);
  });

  it('wants a path that begins with a slash', async () => {
    await expect(TestIssuer.start({ path: 'realms' })).rejects.toThrow(RangeError);
  });

  it.each(['production', ' PRODUCTION ', 'prod'])('does not start in %j', async (environment) => {
    const before = process.env['NODE_ENV'];
    process.env['NODE_ENV'] = environment;
    try {
      await expect(TestIssuer.start()).rejects.toThrow(/^TestIssuer does not start .* Configure/);
    } finally {
      process.env['NODE_ENV'] = before;
    }
  });
});
