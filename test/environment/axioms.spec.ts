import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, Get, Post, type LoggerService } from '@nestjs/common';
import {
  authOptionsFromEnv,
  Claims,
  CurrentPrincipal,
  Owner,
  RoleMap,
  Roles,
  Scopes,
  type AuthEvent,
  type AuthModuleOptions,
  type Claims as ClaimsOfToken,
  type Principal,
} from '../../lib/index.js';
import { TestIssuer } from '../../lib/testing/index.js';
import { ADAPTERS, get, start, type RunningApplication } from '../e2e/http/application.js';

@Controller()
class Api {
  @Get('me')
  me(@CurrentPrincipal() { subject, roles, permissions, scopes }: Principal): object {
    return { subject, roles, permissions, scopes };
  }

  @Get('claims')
  claims(@Claims() claims: ClaimsOfToken): object {
    const nested = Object.values(claims).filter((value) => typeof value === 'object');
    return { frozen: [claims, ...nested].every((each) => Object.isFrozen(each)) };
  }

  @Scopes('read', 'write')
  @Get('scoped')
  scoped(): object {
    return {};
  }

  @Roles.all('admin', 'editor')
  @Get('all')
  all(): object {
    return {};
  }

  @Roles.any('admin', 'editor')
  @Get('any')
  any(): object {
    return {};
  }
}

@RoleMap({ GET: 'reader', POST: { roles: ['editor', 'admin'], match: 'all' } })
@Controller('by-method')
class ByMethod {
  @Get()
  read(): object {
    return {};
  }

  @Post()
  write(): object {
    return {};
  }
}

@Owner({
  load: (id: string) => Promise.resolve({ id, ownerId: 'ann' }),
  id: 'params.id',
  safeMethods: ['GET'],
})
@Controller('owned')
class Owned {
  @Get(':id')
  read(): object {
    return {};
  }

  @Post(':id')
  write(): object {
    return {};
  }
}

describe.each(ADAPTERS)('an environment that was made for Axioms, on %s', (adapter) => {
  let issuer: TestIssuer;
  let api: RunningApplication | undefined;
  const events: AuthEvent[] = [];
  let asked = 0;
  const requests = (): readonly string[] => issuer.requests.slice(asked);

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['RS256', 'ES512', 'PS384', 'EdDSA'] });
  });

  beforeEach(() => {
    events.length = 0;
    asked = issuer.requests.length;
  });

  afterEach(async () => {
    await api?.close();
    api = undefined;
  });

  afterAll(() => issuer.close());

  async function serve(
    env: Readonly<Record<string, string>> = {},
    more: Partial<AuthModuleOptions> = {},
    logger?: LoggerService,
  ): Promise<string> {
    const all = {
      AXIOMS_AUDIENCE: issuer.audience,
      AXIOMS_ISS_URL: issuer.issuer,
      AXIOMS_JWKS_URL: `${issuer.issuer}/jwks`,
      ...env,
    };
    const onEvent = (event: AuthEvent): void => void events.push(event);
    const auth = { ...authOptionsFromEnv(all), onEvent, ...more };
    api = await start(adapter, {
      controllers: [Api, ByMethod, Owned],
      auth,
      configure: (app) => {
        if (logger) app.useLogger(logger);
      },
    });
    return api.url;
  }

  const reason = (): unknown =>
    events.flatMap((event) => ('reason' in event ? [event.reason] : [])).at(-1);

  it('A1: accepts its tokens, whose header, signature, dates, audience and issuer are checked', async () => {
    const url = await serve();
    const good = await get(`${url}/me`, await issuer.token({ scope: 'read write' }));
    expect(good).toMatchObject({ status: 200, body: { scopes: ['read', 'write'] } });
    const other = await TestIssuer.start();
    const forged = await other.token({ iss: issuer.issuer });
    await other.close();
    const verdicts = [];
    for (const token of [
      undefined,
      forged,
      await issuer.token({ exp: 1 }),
      await issuer.token({ exp: undefined }),
      await issuer.token({ nbf: 4e9 }),
    ]) {
      verdicts.push([(await get(`${url}/me`, token)).status, reason()]);
    }
    expect(verdicts).toEqual([
      [401, 'missing_credentials'],
      [401, 'no_matching_key'],
      [401, 'token_expired'],
      [401, 'missing_claim'],
      [401, 'token_not_active'],
    ]);
  });

  it('A2: keys are fetched before anybody asks, and kept as long as it says', async () => {
    await serve({ AXIOMS_JWKS_REFRESH_INTERVAL: '600', AXIOMS_JWKS_CACHE_TTL: '7200' });
    for (let i = 0; i < 100 && requests().length === 0; i += 1) await sleep(10);
    expect(requests()).toEqual(['/jwks']);
  });

  it('A3: accepts asymmetric algorithms, and those alone', async () => {
    const url = await serve();
    const status = async (algorithm: string): Promise<number> =>
      (await get(`${url}/me`, await issuer.token({}, { algorithm }))).status;
    expect(await Promise.all(['RS256', 'ES512', 'PS384'].map(status))).toEqual([200, 200, 200]);
    expect(await status('EdDSA')).toBe(401);
    expect(reason()).toBe('alg_not_allowed');
  });

  it('A4 A5: refuses tokens of another issuer, and for another audience', async () => {
    const url = await serve();
    const ask = async (claims: object): Promise<unknown> => {
      const { status } = await get(`${url}/me`, await issuer.token({ ...claims }));
      return [status, reason()];
    };
    expect(await ask({ iss: 'https://other.test' })).toEqual([401, 'unknown_issuer']);
    expect(await ask({ aud: 'api://other' })).toEqual([401, 'aud_mismatch']);
    expect(await ask({ aud: undefined })).toEqual([401, 'missing_claim']);
  });

  it('A16: names of claims are tried in order, exactly as they are written', async () => {
    const url = await serve({
      AXIOMS_ROLES_CLAIMS: 'https://x/roles, cognito:groups, roles',
      AXIOMS_PERMISSIONS_CLAIMS: 'a.b,permissions',
      AXIOMS_SCOPE_CLAIMS: 'scp,scope',
    });
    const seen = async (claims: object): Promise<unknown> =>
      (await get(`${url}/me`, await issuer.token({ ...claims }))).body;
    expect(await seen({ 'https://x/roles': ['a'], roles: ['b'], scope: 'r', scp: 's t' })).toEqual(
      expect.objectContaining({ roles: ['a'], scopes: ['s', 't'] }),
    );
    expect(await seen({ 'https://x/roles': null, 'cognito:groups': 'b c' })).toMatchObject({
      roles: ['b', 'c'],
    });
    expect(await seen({ cognito_groups: ['admin'], https___x_roles: ['admin'] })).toMatchObject({
      roles: [],
    });
    expect(await seen({ 'a.b': ['p'] })).toMatchObject({ permissions: ['p'] });
    expect(await seen({ a: { b: ['p'] } })).toMatchObject({ permissions: [] });
  });

  it('A18: answers in its form, where that is asked for', async () => {
    const url = await serve(
      {},
      {
        errors: {
          body: ({ code, message }) => ({ error: code, error_description: message }),
        },
      },
    );
    const bad = await get(`${url}/me`, 'nonsense');
    expect(bad).toMatchObject({ status: 401, body: { error: 'token_malformed' } });
    expect(Object.keys(bad.body)).toEqual(['error', 'error_description']);
    expect(bad.challenge).toMatch(
      /^Bearer realm="api", error="invalid_token", error_description="/,
    );
    const lacking = await get(`${url}/scoped`, await issuer.token({ scope: 'read' }));
    expect(lacking).toMatchObject({ status: 403, body: { error: 'insufficient_scope' } });
    expect(lacking.challenge).toContain('error="insufficient_scope"');
  });

  it('A20: without prefetching, the first token fetches; after the end, nothing does', async () => {
    const url = await serve({ AXIOMS_JWKS_PREFETCH: 'false' });
    await sleep(50);
    expect(requests()).toEqual([]);
    expect((await get(`${url}/me`, await issuer.token())).status).toBe(200);
    expect(requests()).toEqual(['/jwks']);
    await api?.close();
    api = undefined;
    await sleep(50);
    expect(requests()).toEqual(['/jwks']);
  });

  it('A21: the type is compared where it is there', async () => {
    const url = await serve({ AXIOMS_TOKEN_TYPS: 'at+jwt,application/at+jwt' });
    const status = async (typ: string | undefined): Promise<number> =>
      (await get(`${url}/me`, await issuer.token({}, { header: { typ } }))).status;
    const types = ['at+jwt', 'AT+JWT', 'application/at+jwt', undefined, 'JWT', 'logout+jwt'];
    expect(await Promise.all(types.map(status))).toEqual([200, 200, 200, 200, 401, 401]);
  });

  it('A22: claims are frozen through and through', async () => {
    const url = await serve();
    const token = await issuer.token({ realm_access: { roles: ['a'] } });
    expect((await get(`${url}/claims`, token)).body).toEqual({ frozen: true });
  });

  it('A23: what is refused is told of with the id of the token, and never with the token', async () => {
    const lines: string[] = [];
    const write = (line: unknown): void => void lines.push(String(line));
    const logger = { log: write, warn: write, error: write, debug: write };
    const url = await serve({}, {}, logger);
    const token = await issuer.token({ jti: 'id-of-the-token' });
    await get(`${url}/scoped`, token);
    expect(events.find(({ type }) => type === 'auth.denied')).toMatchObject({
      type: 'auth.denied',
      reason: 'insufficient_scope',
      detail: 'all of read, write',
      principal: { claims: { jti: 'id-of-the-token' } },
    });
    expect(lines.join('\n')).toContain('Api.scoped denied: insufficient_scope');
    const told = JSON.stringify(events) + lines.join('\n');
    for (const part of token.split('.')) expect(told).not.toContain(part);
  });

  it('A24: any and all, by method, and for owners where something changes', async () => {
    const url = await serve();
    const ask = async (method: string, path: string, claims: object): Promise<number> => {
      const headers = { authorization: `Bearer ${await issuer.token({ ...claims })}` };
      return (await fetch(`${url}/${path}`, { method, headers })).status;
    };
    expect(await ask('GET', 'any', { roles: ['editor'] })).toBe(200);
    expect(await ask('GET', 'all', { roles: ['editor'] })).toBe(403);
    expect(await ask('GET', 'all', { roles: ['editor', 'admin'] })).toBe(200);
    expect(await ask('GET', 'by-method', { roles: ['reader'] })).toBe(200);
    expect(await ask('POST', 'by-method', { roles: ['reader'] })).toBe(403);
    expect(await ask('POST', 'by-method', { roles: ['editor', 'admin'] })).toBe(201);
    expect(await ask('GET', 'owned/1', { sub: 'bob' })).toBe(200);
    expect(await ask('POST', 'owned/1', { sub: 'bob' })).toBe(403);
    expect(await ask('POST', 'owned/1', { sub: 'ann' })).toBe(201);
  });
});
