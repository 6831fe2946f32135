import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { opaqueToken, type IntrospectionOptions } from '../../lib/index.js';
import { ADAPTERS, get, start } from '../e2e/http/application.js';
import { OrdersApi } from '../e2e/http/orders-api.js';

/** As servers answer of a refresh token: it is active, and of no type (RFC 7662 section 2.2). */
const REFRESH = { active: true, sub: 'ann', aud: 'orders' };

describe.each(ADAPTERS)('what tells an access token in an answer, on %s', (adapter) => {
  let server: Server;
  let answer: object;

  beforeEach(async () => {
    server = createServer((request, response) => {
      request.resume();
      response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  async function statusOf(tokenUse?: IntrospectionOptions['tokenUse']): Promise<number> {
    const issuer = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const introspection = {
      ...{ issuer, endpoint: `${issuer}/introspect`, clientId: 'api', clientSecret: 'of a test' },
      audience: 'orders',
      ...(tokenUse !== undefined && { tokenUse }),
    };
    const auth = { credentials: [opaqueToken({ introspection })] };
    const api = await start(adapter, { controllers: [OrdersApi], auth });
    try {
      return (await get(`${api.url}/profile`, 'opaque')).status;
    } finally {
      await api.close();
    }
  }

  it('is token_type, unless a mark tells it, or null waives both', async () => {
    answer = REFRESH;
    expect(await statusOf()).toBe(401);
    expect(await statusOf({ claim: 'token_use', value: 'access', optional: true })).toBe(401);
    expect(await statusOf({ claim: 'nonce', present: false })).toBe(401);
    expect(await statusOf({ claim: 'token_use', value: 'access' })).toBe(401);
    expect(await statusOf(null)).toBe(200);
    answer = { ...REFRESH, token_use: 'access' };
    expect(await statusOf({ claim: 'token_use', value: 'access' })).toBe(200);
    answer = { ...REFRESH, token_type: 'Bearer' };
    expect(await statusOf({ claim: 'token_use', value: 'access', optional: true })).toBe(200);
  });
});
