import {
  Catch,
  UnauthorizedException,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import { AuthError, JwksService, type AuthEvent } from '../../../lib/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { ADAPTERS, get, start, type RunningApplication } from './application.js';
import { OrdersApi } from './orders-api.js';

/** What an application may have had before, and must be able to keep. */
@Catch(UnauthorizedException)
class OwnFilter implements ExceptionFilter {
  catch(exception: UnauthorizedException, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<{
      status(code: number): { send(body: object): void };
    }>();
    const cause: unknown = exception.cause;
    const reason = cause instanceof AuthError ? cause.reason : undefined;
    response.status(401).send({ own: true, reason });
  }
}

describe.each(ADAPTERS)('answers on %s', (adapter) => {
  let issuer: TestIssuer;
  let api: RunningApplication | undefined;

  beforeEach(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
  });

  afterEach(async () => {
    await api?.close();
    await issuer.close();
  });

  it('lets nobody store a refusal', async () => {
    api = await start(adapter, {
      controllers: [OrdersApi],
      auth: { issuers: [issuer.options()] },
    });
    const member = await issuer.token();
    for (const [path, token] of [
      ['/profile', undefined],
      ['/profile', 'broken'],
      ['/admin', member],
    ] as const) {
      const { headers } = await get(api.url + path, token);
      expect(headers.get('cache-control')).toBe('no-store');
    }
    const { headers } = await get(`${api.url}/profile`, member);
    expect(headers.get('cache-control')).toBeNull();
  });

  it('answers 503 with Retry-After, and no challenge, while the issuer is down', async () => {
    const events: AuthEvent[] = [];
    const token = await issuer.token();
    const options = issuer.options();
    await issuer.close();
    api = await start(adapter, {
      controllers: [OrdersApi],
      auth: { issuers: [options], onEvent: (event) => void events.push(event) },
    });
    const { status, challenge, headers, body } = await get(`${api.url}/profile`, token);
    expect([status, challenge]).toEqual([503, null]);
    expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(body).toEqual({
      statusCode: 503,
      error: 'Service Unavailable',
      code: 'auth_unavailable',
      message: 'Authentication is temporarily unavailable',
    });
    expect(events).toMatchObject([
      { type: 'keys.failing', issuer: options.issuer, trustedUntil: undefined },
      { type: 'auth.unavailable', reason: 'issuer_unavailable', handler: 'OrdersApi.profile' },
    ]);
  });

  it('serves public routes, and refuses nonsense, while the issuer is down', async () => {
    const options = issuer.options();
    await issuer.close();
    api = await start(adapter, { controllers: [OrdersApi], auth: { issuers: [options] } });
    expect(await get(`${api.url}/health`)).toMatchObject({ status: 200 });
    expect(await get(`${api.url}/profile`)).toMatchObject({ status: 401 });
    expect(await get(`${api.url}/profile`, 'a.b.c')).toMatchObject({ status: 401 });
  });

  it('keeps accepting known keys while the issuer is down, and calls unknown ones bad', async () => {
    const good = await issuer.token();
    const other = await TestIssuer.start({ algorithms: ['ES256'] });
    const forged = await other.token({ iss: issuer.issuer });
    await other.close();
    api = await start(adapter, { controllers: [OrdersApi], auth: { issuers: [issuer.options()] } });
    expect(await get(`${api.url}/profile`, good)).toMatchObject({ status: 200 });
    await issuer.close();
    expect(await get(`${api.url}/profile`, good)).toMatchObject({ status: 200 });
    expect(await get(`${api.url}/profile`, forged)).toMatchObject({ status: 401 });
  });

  it('follows a rotation at once, and forgets withdrawn keys on refresh', async () => {
    api = await start(adapter, { controllers: [OrdersApi], auth: { issuers: [issuer.options()] } });
    const before = await issuer.token();
    expect(await get(`${api.url}/profile`, before)).toMatchObject({ status: 200 });
    await issuer.rotate({ withdraw: true });
    expect(await get(`${api.url}/profile`, await issuer.token())).toMatchObject({ status: 200 });
    await api.app.get(JwksService).refresh();
    expect(await get(`${api.url}/profile`, before)).toMatchObject({ status: 401 });
  });

  it('leaves refusals to the exception filters of the application', async () => {
    api = await start(adapter, {
      controllers: [OrdersApi],
      auth: { issuers: [issuer.options()] },
      configure: (app) => app.useGlobalFilters(new OwnFilter()),
    });
    expect(await get(`${api.url}/profile`)).toMatchObject({
      status: 401,
      challenge: 'Bearer realm="api"',
      body: { own: true, reason: 'missing_credentials' },
    });
  });

  it('lets the application shape the body, name its realm and its metadata', async () => {
    api = await start(adapter, {
      controllers: [OrdersApi],
      auth: {
        issuers: [issuer.options()],
        realm: 'the "orders" API',
        resourceMetadata: 'https://api.test/.well-known/oauth-protected-resource',
        errors: { body: ({ code, statusCode }) => ({ title: code, status: statusCode }) },
      },
    });
    const { challenge, body } = await get(`${api.url}/profile`);
    expect(challenge).toBe(
      'Bearer realm="the \\"orders\\" API", resource_metadata="https://api.test/.well-known/oauth-protected-resource"',
    );
    expect(body).toEqual({ title: 'missing_credentials', status: 401 });
  });

  it('tells the listener who was refused, and what would have been needed', async () => {
    const events: AuthEvent[] = [];
    api = await start(adapter, {
      controllers: [OrdersApi],
      auth: { issuers: [issuer.options()], onEvent: (event) => void events.push(event) },
    });
    await get(`${api.url}/admin`, await issuer.token({ sub: 'ann' }));
    await get(`${api.url}/profile`, await issuer.token({ aud: 'api://other' }));
    await get(`${api.url}/profile`, await issuer.token({ exp: undefined }));
    expect(events.filter(({ type }) => type === 'auth.denied')).toMatchObject([
      {
        handler: 'OrdersApi.admin',
        reason: 'insufficient_role',
        detail: 'any of admin, owner',
        principal: { subject: 'ann' },
      },
      { reason: 'aud_mismatch', detail: 'any of api://test', principal: undefined },
      { reason: 'missing_claim', detail: 'exp' },
    ]);
  });

  it('does not let a failing listener change the verdict', async () => {
    const onEvent = (): never => {
      throw new Error('listener');
    };
    api = await start(adapter, {
      controllers: [OrdersApi],
      auth: { issuers: [issuer.options()], onEvent },
    });
    expect(await get(`${api.url}/admin`)).toMatchObject({ status: 401 });
    await api.close();
    api = await start(adapter, {
      controllers: [OrdersApi],
      auth: { issuers: [issuer.options()], onEvent: () => Promise.reject(new Error('listener')) },
    });
    expect(await get(`${api.url}/profile`)).toMatchObject({ status: 401 });
    expect(await get(`${api.url}/profile`, await issuer.token())).toMatchObject({ status: 200 });
  });
});
