import { RunningApp } from './running-app.js';

/** What the compiled application of every fixture must do. */
export function itGuardsItsRoutes(main: () => string): void {
  let app: RunningApp;

  beforeAll(async () => {
    app = await RunningApp.start(main());
  });

  afterAll(async () => {
    await app.stop();
  });

  it('answers 401 without a token', async () => {
    const refusal = { status: 401, body: { code: 'missing_credentials' } };
    expect(await app.get('/orders/all')).toMatchObject({
      ...refusal,
      challenge: 'Bearer realm="api"',
    });
    expect(await app.get('/orders')).toMatchObject({
      ...refusal,
      challenge: 'Bearer realm="api", scope="orders:read"',
    });
  });

  it('answers 200 with a token, and tells the handler who calls', async () => {
    expect(await app.get('/orders', app.tokens.member)).toEqual({
      status: 200,
      challenge: null,
      body: { caller: 'ann', orders: ['anvil'] },
    });
  });

  it('answers 403 where a role or a scope is missing', async () => {
    const { admin, member } = app.tokens;
    expect(await app.get('/orders/all', member)).toMatchObject({ status: 403, challenge: null });
    expect(await app.get('/orders/all', admin)).toMatchObject({ status: 200, body: ['anvil'] });
    expect(await app.get('/orders', admin)).toMatchObject({
      status: 403,
      challenge: expect.stringContaining('error="insufficient_scope"') as string,
    });
  });

  it('answers 200 on a public route', async () => {
    expect(await app.get('/health')).toMatchObject({ status: 200, body: { status: 'ok' } });
  });
}
