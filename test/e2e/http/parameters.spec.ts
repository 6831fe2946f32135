import { inspect } from 'node:util';
import { Controller, Get } from '@nestjs/common';
import {
  Claims,
  Credentials,
  CurrentUser,
  OrgId,
  Public,
  type Credential,
  type Principal,
} from '../../../lib/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { ADAPTERS, get, start, type RunningApplication } from './application.js';

@Controller()
class Parameters {
  @Get('path')
  path(
    @CurrentUser('subject') subject: string,
    @CurrentUser('claims["https://x/email"]') email: string | undefined,
    @CurrentUser('claims.toString') inherited: unknown,
  ): object {
    return { subject, email, inherited: inherited === undefined };
  }

  @Get('required')
  required(@CurrentUser('claims.email', { required: true }) email: string): object {
    return { email };
  }

  @Get('organization')
  organization(@OrgId({ required: false }) organizationId: string | undefined): object {
    return { organizationId: organizationId ?? null };
  }

  @Get('claims')
  claims(@Claims() claims: Record<string, unknown>): object {
    const nested = claims['nested'] as object;
    return { claims, frozen: Object.isFrozen(claims) && Object.isFrozen(nested) };
  }

  @Get('credentials')
  credentials(@Credentials() credential: Credential, @CurrentUser() user: Principal): object {
    const shown = [JSON.stringify({ credential, user }), inspect({ credential, user }, true, 9)];
    return {
      value: credential.value,
      source: credential.source,
      shown: [...shown, `${credential}`],
    };
  }

  @Get('two-required')
  twoRequired(
    @OrgId() organization: string,
    @CurrentUser('claims.email', { required: true }) email: string,
  ): object {
    return { organization, email };
  }

  @Public()
  @Get('public')
  public(@CurrentUser() user: unknown, @Claims() claims: unknown): object {
    return { absent: user === undefined && claims === undefined };
  }

  @Public()
  @Get('public-required')
  publicRequired(@CurrentUser('subject', { required: true }) subject: string): object {
    return { subject };
  }
}

describe.each(ADAPTERS)('handler parameters on %s', (adapter) => {
  let issuer: TestIssuer;
  let api: RunningApplication;
  const events: string[] = [];

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    api = await start(adapter, {
      controllers: [Parameters],
      auth: {
        issuers: [issuer.options()],
        cookie: { name: 'session' },
        onEvent: ({ type }) => void events.push(type),
      },
    });
  });

  afterAll(async () => {
    await api.close();
    await issuer.close();
  });

  it('reads a path into the principal, own properties only', async () => {
    const token = await issuer.token({ sub: 'ann', 'https://x/email': 'a@x.test' });
    expect(await get(`${api.url}/path`, token)).toMatchObject({
      status: 200,
      body: { subject: 'ann', email: 'a@x.test', inherited: true },
    });
  });

  it('refuses with 403 where the caller lacks a required value', async () => {
    const without = await get(`${api.url}/required`, await issuer.token());
    expect(without).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    const token = await issuer.token({ email: 'a@x.test' });
    expect(await get(`${api.url}/required`, token)).toMatchObject({ status: 200 });
  });

  it('passes undefined for an organization that is not required', async () => {
    expect(await get(`${api.url}/organization`, await issuer.token())).toMatchObject({
      status: 200,
      body: { organizationId: null },
    });
  });

  it('gives the claims, frozen through and through', async () => {
    const { body } = await get(`${api.url}/claims`, await issuer.token({ nested: { a: [1] } }));
    expect(body).toMatchObject({ claims: { nested: { a: [1] } }, frozen: true });
  });

  it('gives the credential, which nothing shows', async () => {
    const token = await issuer.token();
    const fromHeader = await get(`${api.url}/credentials`, token);
    const fromCookie = await get(`${api.url}/credentials`, undefined, {
      cookie: `session=${token}`,
    });
    expect(fromHeader.body).toMatchObject({ value: token, source: 'header' });
    expect(fromCookie.body).toMatchObject({ value: token, source: 'cookie' });
    expect(fromHeader.body['shown']).not.toContain(token);
    expect(JSON.stringify(fromHeader.body['shown'])).not.toContain(token.split('.')[2]);
  });

  it('has nobody on a public route, even with a good token', async () => {
    const answer = await get(`${api.url}/public`, await issuer.token());
    expect(answer).toMatchObject({ status: 200, body: { absent: true } });
  });

  it('tells once of a request that lacks several values', async () => {
    const token = await issuer.token();
    events.length = 0;
    expect((await get(`${api.url}/two-required`, token)).status).toBe(403);
    expect(events).toEqual(['auth.authenticated', 'auth.denied']);
  });

  it('asks for a token where a public route requires a user', async () => {
    expect(await get(`${api.url}/public-required`)).toMatchObject({
      status: 401,
      challenge: 'Bearer realm="api"',
    });
  });
});
