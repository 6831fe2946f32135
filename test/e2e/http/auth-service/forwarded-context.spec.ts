import type { IncomingHttpHeaders } from 'node:http';
import { Controller, Get, Req } from '@nestjs/common';
import { SignJWT } from 'jose';
import {
  Accepts,
  apiKey,
  AuthService,
  ContextHeaders,
  CurrentPrincipal,
  ForwardedContext,
  jwt,
  OptionalAuth,
  OutsideRequestError,
  Public,
  Roles,
  type AuthModuleOptions,
  type Principal,
} from '../../../../lib/index.js';
import { TestIssuer } from '../../../../lib/testing/index.js';
import { TokenServer } from '../../../outbound/token-server.js';
import { ADAPTERS, get, start, type RunningApplication } from '../application.js';
import { rawRequest } from '../raw-request.js';

interface AnyRequest {
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders?: string[];
  readonly raw?: { readonly rawHeaders: string[] };
}

@Controller()
class Lay {
  constructor(private readonly auth: AuthService) {}

  @OptionalAuth({ onInvalid: 'anonymous' })
  @Get('context')
  context(
    @ForwardedContext() passed: ForwardedContext | undefined,
    @CurrentPrincipal() { subject, roles }: Principal,
    @Req() { headers, rawHeaders, raw }: AnyRequest,
  ): object {
    const forwarded = this.auth.forwardedContext();
    const said = this.auth.contextHeaders();
    const isSame = JSON.stringify(passed) === JSON.stringify(forwarded);
    const received = [...Object.entries(headers).flat(), ...(rawHeaders ?? raw?.rawHeaders ?? [])];
    return {
      forwarded: forwarded ?? null,
      isSame,
      subject,
      roles,
      received,
      userId: said['User-ID'],
    };
  }

  @Roles('admin')
  @Get('admin')
  admin(): object {
    return {};
  }

  @Get('required')
  required(@ForwardedContext({ required: true }) { userId }: ForwardedContext): object {
    return { userId };
  }

  @Public()
  @Get('public')
  public(): object {
    return { forwarded: this.auth.forwardedContext() ?? null };
  }

  @ContextHeaders({ Priority: 'high' })
  @Public()
  @Get('received')
  received(@Req() { headers }: AnyRequest): object {
    return headers;
  }
}

@Controller()
class Tickets {
  constructor(private readonly auth: AuthService) {}

  @Accepts('ticket')
  @Get('ticket')
  ticket(@CurrentPrincipal() { kind, issuer }: Principal): object {
    return { kind, issuer, forwarded: this.auth.forwardedContext() ?? null };
  }
}

@Controller()
class Gateway {
  constructor(private readonly auth: AuthService) {}

  @Get('forward')
  async forward(): Promise<unknown> {
    const headers = this.auth.contextHeaders({ email: true });
    const options = { as: 'service', headers } as const;
    return (await this.auth.fetch('lay', '/context', options)).json();
  }
}

describe.each(ADAPTERS)('what a trusted service says of its caller, on %s', (adapter) => {
  let issuer: TestIssuer;
  let stranger: TestIssuer;
  let api: RunningApplication;

  const boot = (auth: Partial<AuthModuleOptions> = {}): Promise<RunningApplication> =>
    start(adapter, {
      controllers: [Lay],
      auth: {
        issuers: [issuer.options(), stranger.options()],
        credentials: [apiKey({ resolve: () => ({ subject: 'gateway' }) })],
        context: { trustedServices: [{ issuer: issuer.options().issuer, clientId: 'gateway' }] },
        ...auth,
      },
    });

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    stranger = await TestIssuer.start({ algorithms: ['ES256'] });
    api = await boot();
  });

  afterAll(async () => {
    await api.close();
    await issuer.close();
    await stranger.close();
  });

  const gateway = (claims: object = {}, by = issuer): Promise<string> =>
    by.token({ sub: 'gateway', client_id: 'gateway', ...claims });

  const SAID = {
    'user-id': 'ann%20%C3%A4',
    'user-role': 'admin,editor%2C',
    'organization-id': 'acme',
    permissions: 'a,b',
    'auth-status': 'authenticated',
    'token-expires': '2000000000',
    'request-id': 'request-1',
  };

  /** Neither the names nor the values. */
  const expectUnseen = (received: unknown): void => {
    for (const each of Object.entries(SAID).flat()) expect(received).not.toContain(each);
  };

  it('K8: is passed to the handler, and makes the service nobody else', async () => {
    const token = await gateway();
    const { body } = await get(`${api.url}/context`, token, SAID);
    expect(body).toMatchObject({ isSame: true, subject: 'gateway', roles: [], userId: 'gateway' });
    expect(body['forwarded']).toEqual({
      ...{ userId: 'ann ä', organizationId: 'acme', status: 'authenticated' },
      ...{ roles: ['admin', 'editor,'], permissions: ['a', 'b'] },
      ...{ expiresAt: 2_000_000_000, requestId: 'request-1', constants: {} },
    });
    expectUnseen(body['received']);
    expect((await get(`${api.url}/admin`, token, SAID)).status).toBe(403);
  });

  it.each([
    ['a user with a token of the client', { sub: 'ann' }],
    [
      'a user with a token of the client, in azp',
      { sub: 'ann', client_id: undefined, azp: 'gateway' },
    ],
    ['the client on behalf of somebody', { act: { sub: 'gateway' } }],
    ['another client', { sub: 'other', client_id: 'other' }],
    ['a client whose claims disagree', { azp: 'other' }],
    [
      'another client that is called the same in one claim',
      { sub: 'other', client_id: 'other', azp: 'gateway' },
    ],
    ['a client with another case', { sub: 'Gateway', client_id: 'Gateway' }],
    ['a subject that no client is', { client_id: undefined }],
    ['a client that acts for nobody who can be read', { act: {} }],
    ['a client that is one of several', { client_id: ['gateway'], azp: 'gateway' }],
  ])('nothing is believed of %s', async (_, claims) => {
    const { status, body } = await get(`${api.url}/context`, await gateway(claims), SAID);
    expect([status, body['forwarded'], body['isSame']]).toEqual([200, null, true]);
    expectUnseen(body['received']);
  });

  it('nothing is believed of the same client of another issuer, of keys, or of nobody', async () => {
    const others = [
      await get(`${api.url}/context`, await gateway({}, stranger), SAID),
      await get(`${api.url}/context`, undefined, { ...SAID, 'x-api-key': 'key' }),
      await get(`${api.url}/context`, undefined, SAID),
      await get(`${api.url}/context`, `${await gateway()}x`, SAID),
      await get(`${api.url}/public`, await gateway(), SAID),
    ];
    expect(others.map(({ status, body }) => [status, body['forwarded']])).toEqual(
      others.map(() => [200, null]),
    );
  });

  it('nothing is believed of a kind of token of its own, though its issuer is called the same', async () => {
    const { issuer: name } = issuer.options();
    const secret = 'a secret of tickets that is longer than 32 bytes';
    const other = await start(adapter, {
      controllers: [Tickets],
      auth: {
        issuers: [issuer.options()],
        credentials: [jwt({ kind: 'ticket', issuer: name, audience: 'tickets', secret })],
        context: { trustedServices: [{ issuer: name, clientId: 'gateway' }] },
      },
    });
    const ticket = await new SignJWT({ sub: 'gateway', client_id: 'gateway' })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer(name)
      .setAudience('tickets')
      .setExpirationTime('1h')
      .sign(Buffer.from(secret));
    const { body } = await get(`${other.url}/ticket`, ticket, SAID);
    expect(body).toEqual({ kind: 'service', issuer: name, forwarded: null });
    await other.close();
  });

  it('what is sent twice, or in another spelling, is missing', async () => {
    const { text } = await rawRequest(api.port, [
      'GET /context HTTP/1.1',
      `Authorization: Bearer ${await gateway()}`,
      ...['User-ID: ann', 'user-id: root', 'Organization-ID: acme', 'Organization_ID: evil'],
      ...['user_role: admin', 'Auth-Status: authenticated', 'Client-IP: ::1'],
      `Permissions: ${'a'.repeat(5000)}`,
      ...['User-Email: \u00e4@example.com', 'Acting-User-ID: %0d%0aroot', 'Token-Type: x\ty'],
    ]);
    const { forwarded } = JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)) as {
      forwarded: object;
    };
    expect(forwarded).toEqual({
      ...{ roles: [], permissions: [], constants: {}, status: 'authenticated', clientIp: '::1' },
      actingUserId: '\r\nroot',
    });
  });

  it('K8: goes from one service to the next', async () => {
    const tokens = await TokenServer.start();
    tokens.behaviour = { access_token: await gateway(), token_type: 'Bearer', expires_in: 600 };
    const first = await start(adapter, {
      controllers: [Gateway],
      auth: {
        issuers: [issuer.options()],
        services: {
          lay: {
            ...{ baseUrl: api.url, tokenEndpoint: tokens.url.href },
            ...{ clientId: 'gateway', clientSecret: 'a-secret-of-the-gateway' },
          },
        },
      },
    });
    const act = { sub: 'support_7', reason: 'ticket 4711: ä' };
    const claims = { sub: 'ann ä', org_id: 'acme', roles: ['editor'], email: 'a@b.c', act };
    const { body } = await get(`${first.url}/forward`, await issuer.token(claims));
    expect(body).toMatchObject({
      subject: 'gateway',
      forwarded: {
        ...{ userId: 'ann ä', organizationId: 'acme', roles: ['editor'], email: 'a@b.c' },
        ...{ status: 'authenticated', tokenType: 'access', clientIp: '127.0.0.1' },
        ...{ actingUserId: 'support_7', impersonationReason: 'ticket 4711: ä' },
      },
    });
    await first.close();
    await tokens.close();
  });

  it('is asked for within requests, and refused where it is required', async () => {
    expect(() => api.app.get(AuthService).forwardedContext()).toThrow(OutsideRequestError);
    const ask = async (token: string): Promise<unknown[]> => {
      const { status, body } = await get(`${api.url}/required`, token, SAID);
      return [status, body['userId']];
    };
    expect(await ask(await gateway())).toEqual([200, 'ann ä']);
    expect(await ask(await gateway({ sub: 'ann' }))).toEqual([403, undefined]);
  });

  it('without trusted services, the same is thrown away', async () => {
    const other = await boot({ context: true });
    const { body } = await get(`${other.url}/context`, await gateway(), SAID);
    expect([body['forwarded'], body['isSame']]).toEqual([null, true]);
    await other.close();
  });

  it('the client is found where the issuer names it', async () => {
    const { issuer: name, ...options } = issuer.options();
    const own = { ...options, issuer: name, clientClaims: ['cid'] };
    const trustedServices = [{ issuer: name, clientId: 'gateway' }];
    const other = await boot({ issuers: [own], context: { trustedServices } });
    const ask = async (claims: Record<string, string>): Promise<unknown> =>
      (await get(`${other.url}/context`, await issuer.token(claims), SAID)).body['forwarded'];
    expect(await ask({ sub: 'gateway', cid: 'gateway' })).toMatchObject({ userId: 'ann ä' });
    expect(await ask({ sub: 'other', cid: 'other', client_id: 'gateway' })).toBeNull();
    await other.close();
  });

  it('context.keepHeaders leaves what they name, and takes off the rest', async () => {
    const other = await boot({ context: { keepHeaders: ['Client-IP', 'priority'] } });
    const sent = { 'client-ip': '10.0.0.1', client_ip: 'x', priority: 'u=1', 'user-id': 'root' };
    const { body } = await get(`${other.url}/received`, undefined, sent);
    expect(body).toMatchObject({ 'client-ip': '10.0.0.1', priority: 'u=1' });
    expect([body['client_ip'], body['user-id']]).toEqual([undefined, undefined]);
    await other.close();
    const { body: none } = await get(`${api.url}/received`, undefined, sent);
    expect([none['client-ip'], none['priority']]).toEqual([undefined, undefined]);
  });
});
