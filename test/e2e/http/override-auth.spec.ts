import { Controller, Get, type INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { AuthModule, Credentials, CurrentUser, type Credential } from '../../../lib/index.js';
import { overrideAuth, type TestCaller } from '../../../lib/testing/index.js';
import { get, moduleOf } from './application.js';
import { OrdersApi } from './orders-api.js';

@Controller('whole')
class Whole {
  @Get()
  whole(@CurrentUser() user: object, @Credentials() credentials?: Credential): object {
    return { user, credential: credentials?.value ?? null };
  }
}

describe('overrideAuth', () => {
  let app: INestApplication;
  let caller: TestCaller;
  let url: string;

  beforeAll(async () => {
    const auth = AuthModule.forRoot({
      issuers: [{ issuer: 'https://login.test/', audience: 'x' }],
    });
    const root = moduleOf({ imports: [auth], controllers: [OrdersApi, Whole] });
    const builder = Test.createTestingModule({ imports: [root] });
    caller = overrideAuth(builder);
    app = (await builder.compile()).createNestApplication({ logger: false });
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });

  afterAll(() => app.close());

  it('is nobody at the start, and again when asked to be', async () => {
    expect(await get(`${url}/profile`)).toMatchObject({
      status: 401,
      challenge: 'Bearer realm="api"',
    });
    caller.actAs({});
    expect(await get(`${url}/profile`)).toMatchObject({ status: 200 });
    caller.actAsNobody();
    expect(await get(`${url}/profile`)).toMatchObject({ status: 401 });
  });

  it('leaves the guards in place', async () => {
    caller.actAs({ roles: ['user'], scopes: ['orders:read'] });
    expect(await get(`${url}/admin`)).toMatchObject({ status: 403 });
    expect(await get(`${url}/orders`)).toMatchObject({ status: 403 });
    caller.actAs({
      roles: ['admin'],
      organizationId: 'acme',
      scopes: ['orders:read', 'orders:list'],
    });
    expect(await get(`${url}/admin`)).toMatchObject({ status: 200 });
    expect(await get(`${url}/orders`)).toMatchObject({ body: { organizationId: 'acme' } });
  });

  it('is whoever the test says', async () => {
    const principal = {
      kind: 'service',
      subject: 'job',
      permissions: ['p'],
      claims: { a: 1 },
      issuer: 'https://x.test',
      expiresAt: 5,
      actor: { subject: 'support' },
    } as const;
    caller.actAs({ ...principal, credential: 'the-token' });
    const { body } = await get(`${url}/whole`);
    expect(body).toMatchObject({ user: principal, credential: 'the-token' });
    caller.actAs({});
    expect((await get(`${url}/whole`)).body).toMatchObject({
      user: { kind: 'user', subject: 'test-user', roles: [] },
      credential: null,
    });
  });

  it('does not work in production', () => {
    const before = process.env['NODE_ENV'];
    process.env['NODE_ENV'] = 'production';
    try {
      const builder = Test.createTestingModule({});
      expect(() => overrideAuth(builder)).toThrow(/^overrideAuth does not start .* Configure/);
    } finally {
      process.env['NODE_ENV'] = before;
    }
  });
});
