import { Controller, Get } from '@nestjs/common';
import {
  Accepts,
  AuthConfigurationError,
  CurrentPrincipal,
  jwt,
  type AuthEvent,
  type AuthModuleOptions,
  type IdentityProvider,
  type IssuerOptions,
  type Principal,
} from '../../../lib/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { ADAPTERS, get, start, type RunningApplication } from './application.js';

const seen = ({ kind, subject, organizationId, credentialKind }: Principal): object => ({
  kind,
  subject,
  organizationId,
  credentialKind,
});

@Controller()
class Api {
  @Get('me')
  me(@CurrentPrincipal() principal: Principal): object {
    return seen(principal);
  }
}

@Controller()
class MachineApi {
  @Accepts('machine')
  @Get('machines')
  machines(@CurrentPrincipal() principal: Principal): object {
    return seen(principal);
  }

  @Accepts('jwt', 'machine')
  @Get('both')
  both(@CurrentPrincipal() principal: Principal): object {
    return seen(principal);
  }
}

describe.each(ADAPTERS)('what an issuer can be told to be like, on %s', (adapter) => {
  const events: AuthEvent[] = [];
  let issuer: TestIssuer;
  let api: RunningApplication | undefined;

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
  });

  afterEach(async () => {
    await api?.close();
    api = undefined;
    events.length = 0;
  });

  afterAll(() => issuer.close());

  async function serve(
    more: Partial<IssuerOptions>,
    others: Partial<AuthModuleOptions> = {},
  ): Promise<string> {
    const auth = {
      issuers: [issuer.options(more)],
      onEvent: (event: AuthEvent) => void events.push(event),
      ...others,
    };
    const controllers = others.credentials ? [Api, MachineApi] : [Api];
    api = await start(adapter, { controllers, auth });
    return api.url;
  }

  const reason = (): unknown => events.map((event) => 'reason' in event && event.reason).at(-1);

  it('clientClaims: says which claim names the client', async () => {
    const url = await serve({ clientClaims: ['cid'], authorizedParties: ['shop'] });
    const good = await get(`${url}/me`, await issuer.token({ cid: 'shop' }));
    expect(good.body).toMatchObject({ kind: 'user' });
    const other = await get(`${url}/me`, await issuer.token({ azp: 'shop', cid: 'other' }));
    expect([other.status, reason()]).toEqual([401, 'client_not_allowed']);
    const service = await get(`${url}/me`, await issuer.token({ sub: 'shop', cid: 'shop' }));
    expect(service.body).toMatchObject({ kind: 'service' });
  });

  it('authorizedPartyRequired: false lets in who names no client', async () => {
    const party = { authorizedParties: ['shop'], authorizedPartyRequired: false };
    const url = await serve(party);
    expect((await get(`${url}/me`, await issuer.token())).status).toBe(200);
    expect((await get(`${url}/me`, await issuer.token({ azp: 'other' }))).status).toBe(401);
  });

  it('serviceUse: tells the tokens of clients', async () => {
    const url = await serve({ serviceUse: { claim: 'gty', value: 'client-credentials' } });
    const token = await issuer.token({ sub: 'abc@clients', gty: 'client-credentials' });
    expect((await get(`${url}/me`, token)).body).toMatchObject({ kind: 'service' });
    expect((await get(`${url}/me`, await issuer.token())).body).toMatchObject({ kind: 'user' });
  });

  it('tokenUse: several marks must all be there', async () => {
    const tokenUse = [
      { header: 'typ', value: 'at+jwt' },
      { claim: 'sid', present: true },
    ];
    const url = await serve({ tokenUse });
    expect((await get(`${url}/me`, await issuer.token({ sid: 's' }))).status).toBe(200);
    expect((await get(`${url}/me`, await issuer.token())).status).toBe(401);
    const typ = { header: { typ: 'JWT' } };
    expect((await get(`${url}/me`, await issuer.token({ sid: 's' }, typ))).status).toBe(401);
    expect(reason()).toBe('token_use_mismatch');
  });

  it('organizationId: whoever has a token of it is in this organization', async () => {
    const url = await serve({ organizationId: 'acme' });
    const own = await get(`${url}/me`, await issuer.token());
    expect(own.body).toMatchObject({ organizationId: 'acme' });
    const other = await get(`${url}/me`, await issuer.token({ org_id: 'other' }));
    expect([other.status, reason()]).toEqual([403, 'organization_mismatch']);
  });

  it('cookie: the first that is there counts', async () => {
    const url = await serve({ cookie: ['__session_abc', '__session'] });
    const [ann, bob] = [await issuer.token({ sub: 'ann' }), await issuer.token({ sub: 'bob' })];
    const cookie = `__session=${ann}; __session_abc=${bob}`;
    expect((await get(`${url}/me`, undefined, { cookie })).body).toMatchObject({ subject: 'bob' });
    const one = await get(`${url}/me`, undefined, { cookie: `__session=${ann}` });
    expect(one.body).toMatchObject({ subject: 'ann' });
    const twice = await get(`${url}/me`, undefined, {
      cookie: `__session=${ann}; __session=${bob}`,
    });
    expect(twice.status).toBe(400);
  });

  it('takes what a provider is made of, and asks the one that does not know its name', async () => {
    const provider = (): IdentityProvider => ({ issuers: [issuer.options()] });
    const url = await serve({}, { issuers: [provider()] });
    expect((await get(`${url}/me`, await issuer.token())).status).toBe(200);
    await api?.close();
    let asked = 0;
    const discover = (): Promise<IdentityProvider> => {
      asked += 1;
      return Promise.resolve(provider());
    };
    const discovered = await serve({}, { issuers: [{ discover }] });
    expect((await get(`${discovered}/me`, await issuer.token())).status).toBe(200);
    expect(asked).toBe(1);
    const silent = (): Promise<IdentityProvider> =>
      Promise.reject(new AuthConfigurationError('tesseral', 'does not answer', 'Start it.'));
    await api?.close();
    api = undefined;
    await expect(serve({}, { issuers: [{ discover: silent }] })).rejects.toThrow('Start it.');
  });

  it('keySet.fetch: asks the issuer, discovery included', async () => {
    const paths: string[] = [];
    const keySet = {
      fetch: (url: URL, init: RequestInit): Promise<Response> => {
        paths.push(url.pathname);
        return fetch(url, init);
      },
    };
    const url = await serve({ keySet });
    expect((await get(`${url}/me`, await issuer.token())).status).toBe(200);
    expect(paths).toEqual(['/.well-known/openid-configuration', '/jwks']);
  });

  it('keySet.read: finds keys in what is no key set, and what it throws at is of no use', async () => {
    const published = await fetch(`${issuer.issuer}/jwks`);
    const { keys } = (await published.json()) as { keys: unknown };
    const jwksUri = `${issuer.issuer}/.well-known/openid-configuration`;
    const read = ({ issuer: name }: Readonly<Record<string, unknown>>): unknown => {
      if (name === issuer.issuer) return keys;
      throw new Error('of another');
    };
    const url = await serve({ jwksUri, keySet: { read } });
    expect((await get(`${url}/me`, await issuer.token())).status).toBe(200);
    await api?.close();
    const broken = await serve({ jwksUri: `${issuer.issuer}/jwks`, keySet: { read } });
    expect((await get(`${broken}/me`, await issuer.token())).status).toBe(503);
    const failing = events.find(({ type }) => type === 'keys.failing');
    expect(String(failing && 'cause' in failing && failing.cause)).toContain(
      'publishes something else than expected',
    );
  });

  it('keySet.freshSeconds: is for this issuer, whatever holds for all', async () => {
    const asked = (): number => issuer.requests.filter((path) => path === '/jwks').length;
    let offsetMs = 0;
    const keySet = { freshSeconds: 60 };
    const keySets = { freshSeconds: 3600, hydrate: 'lazy' } as const;
    const clock = (): number => Date.now() + offsetMs;
    const url = await serve({ keySet }, { keySets, clock });
    const token = await issuer.token();
    const before = asked();
    await get(`${url}/me`, token);
    offsetMs = 61_000;
    expect((await get(`${url}/me`, token)).status).toBe(200);
    expect(asked() - before).toBe(2);
  });

  describe('recognizedBy', () => {
    const machine = { claim: 'sub', startsWith: 'mch_' } as const;
    const user = { claim: 'sub', startsWith: 'user_' } as const;

    async function serveBoth(recognized: boolean): Promise<string> {
      const options = issuer.options({ tokenUse: machine });
      const recognizedBy = recognized ? { recognizedBy: machine } : {};
      return serve(
        { tokenUse: user },
        { credentials: [jwt({ kind: 'machine', ...options, ...recognizedBy })] },
      );
    }

    it('tells kinds of JWT apart before they are verified, and after', async () => {
      const url = await serveBoth(true);
      const ann = await issuer.token({ sub: 'user_ann' });
      const job = await issuer.token({ sub: 'mch_job' });
      const kindOf = async (path: string, token: string): Promise<unknown> => {
        const { status, body } = await get(`${url}/${path}`, token);
        return status === 200 ? body['credentialKind'] : reason();
      };
      expect(await kindOf('both', ann)).toBe('jwt');
      expect(await kindOf('both', job)).toBe('machine');
      expect(await kindOf('me', job)).toBe('credential_not_accepted');
      expect(await kindOf('machines', ann)).toBe('credential_not_accepted');
      const forged = `${job.slice(0, -8)}AAAAAAAA`;
      expect(await kindOf('both', forged)).toMatch(/invalid_signature|token_malformed/);
      expect(await kindOf('both', 'a.b.c')).toBe('token_malformed');
      for (const iss of [{ toString: 1, valueOf: 1 }, null, 7, [issuer.issuer]]) {
        const payload = Buffer.from(JSON.stringify({ iss, sub: 'mch_x' })).toString('base64url');
        const [header = ''] = job.split('.');
        const answer = await get(`${url}/both`, `${header}.${payload}.AAAA`);
        expect(answer.status).toBe(401);
      }
    });

    it('is what lets a handler accept both', async () => {
      await expect(serveBoth(false)).rejects.toThrow(AuthConfigurationError);
    });
  });
});
