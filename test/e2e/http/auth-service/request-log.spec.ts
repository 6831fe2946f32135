import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConsoleLogger, Controller, Get, Logger, Param, Post } from '@nestjs/common';
import {
  AuthConfigurationError,
  AuthService,
  Public,
  REDACTED_HEADERS,
  Roles,
  type AuthModuleOptions,
  type RequestLogEntry,
} from '../../../../lib/index.js';
import { TestIssuer } from '../../../../lib/testing/index.js';
import { ADAPTERS, get, start, type RunningApplication } from '../application.js';
import { rawExchange } from '../raw-request.js';

@Controller()
class Api {
  constructor(private readonly auth: AuthService) {}

  @Get('orders/:id')
  order(@Param('id') id: string): object {
    return { id, requestId: this.auth.requestId() };
  }

  @Roles('admin')
  @Post('admin')
  admin(): object {
    return {};
  }

  @Get('broken')
  broken(): object {
    throw new Error('password=hunter2');
  }

  @Public()
  @Get('slow')
  async slow(): Promise<object> {
    await sleep(300);
    return {};
  }
}

describe.each(ADAPTERS)('the log of requests, on %s', (adapter) => {
  const entries: RequestLogEntry[] = [];
  let issuer: TestIssuer;
  let api: RunningApplication;

  const boot = (requestLog: AuthModuleOptions['requestLog']): Promise<RunningApplication> =>
    start(adapter, {
      controllers: [Api],
      auth: { issuers: [issuer.options()], ...(requestLog !== undefined && { requestLog }) },
    });

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    api = await boot({ logger: { log: (entry) => entries.push(entry) } });
  });

  beforeEach(() => {
    entries.length = 0;
  });

  afterAll(async () => {
    await api.close();
    await issuer.close();
  });

  const ann = (claims: object = {}): Promise<string> =>
    issuer.token({ sub: 'ann', org_id: 'acme', sid: 'session-1', ...claims });

  /** It is written when the answer is over, which its reader may know before. */
  const written = async (count = 1): Promise<readonly RequestLogEntry[]> => {
    for (let tries = 0; entries.length < count && tries < 100; tries += 1) await sleep(10);
    return entries;
  };

  it('K17, C47: one entry for each request', async () => {
    const { body } = await get(`${api.url}/orders/7?email=ann@example.com`, await ann());
    expect(await written()).toEqual([
      {
        message: 'Request completed',
        timestamp: expect.stringMatching(/^20\d\d-.*Z$/) as string,
        requestId: body['requestId'],
        method: 'GET',
        path: '/orders/7',
        status: 200,
        milliseconds: expect.any(Number) as number,
        subject: 'ann',
        organizationId: 'acme',
        sessionId: 'session-1',
        handler: 'Api.order',
      },
    ]);
    expect(entries[0]?.milliseconds).toBeGreaterThan(0);
  });

  it('K17, C47: who was refused, and why', async () => {
    const refused = await get(`${api.url}/orders/7`);
    const denied = await fetch(`${api.url}/admin`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await ann()}` },
    });
    await get(`${api.url}/nowhere`);
    expect(await written(3)).toMatchObject([
      {
        ...{ status: 401, subject: 'anonymous', reason: 'missing_credentials' },
        ...{ handler: 'Api.order', requestId: refused.headers.get('x-request-id') },
      },
      {
        ...{ status: 403, subject: 'ann', reason: 'insufficient_role', method: 'POST' },
        ...{ handler: 'Api.admin', requestId: denied.headers.get('x-request-id') },
      },
      { status: 404, subject: 'anonymous', path: '/nowhere' },
    ]);
    expect(entries[2]).not.toHaveProperty('handler');
  });

  it('K16: an error is answered and logged without what it says', async () => {
    const { status, body, headers } = await get(`${api.url}/broken`, await ann());
    expect([status, body['message']]).toEqual([500, 'Internal server error']);
    const [entry] = await written();
    expect(entry).toMatchObject({ status: 500, subject: 'ann', path: '/broken', method: 'GET' });
    expect(entry?.requestId).toBe(headers.get('x-request-id'));
    expect(JSON.stringify([body, entry])).not.toContain('hunter2');
  });

  it('C48: no token, no credential and no address of mail is logged, wherever it stands', async () => {
    const token = await ann({ email: 'ann@example.com', name: 'Ann Example' });
    const headers = { cookie: 'sid=cookie-secret', 'x-api-key': 'key-secret' };
    await get(`${api.url}/orders/${token.slice(0, 90)}?token=${token}`, token, headers);
    await get(`${api.url}/orders/ann%40example.com`, token);
    await get(`${api.url}/orders/7`, `${token}x`);
    const told = JSON.stringify(await written(3));
    for (const secret of [token, ...token.split('.'), 'secret', 'example.com', 'Ann Example']) {
      expect(told).not.toContain(secret);
    }
    expect(entries.map(({ path }) => path)).toEqual(['/orders/*', '/orders/*', '/orders/7']);
  });

  it('C48: nothing is left of a secret that stands where the path is cut', async () => {
    await get(`${api.url}/${'long/'.repeat(196)}sk_live_${'S'.repeat(60)}`);
    expect(JSON.stringify(await written())).not.toContain('sk_live_');
  });

  it('two subjects never look the same, and each is on one line', async () => {
    const subjects = [
      'admin',
      'ad\u0007min',
      'admin\u2028',
      `${'u'.repeat(256)}1`,
      'u'.repeat(256),
    ];
    for (const sub of subjects) await get(`${api.url}/orders/7`, await ann({ sub }));
    const told = (await written(subjects.length)).map(({ subject }) => subject);
    expect(new Set(told).size).toBe(subjects.length);
    expect(told).toContain('ad\\u{7}min');
    expect(told.join('')).not.toMatch(/[\p{Cc}\u2028]/u);
  });

  it('tells of requests that are sent behind another one, once, whoever hangs up', async () => {
    const head = `Host: localhost\r\nAuthorization: Bearer ${await ann()}\r\n\r\n`;
    const socket = connect(api.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(`GET /slow HTTP/1.1\r\n${head}${`GET /orders/7 HTTP/1.1\r\n${head}`.repeat(15)}`);
    await sleep(150);
    socket.destroy();
    await written(16);
    await sleep(300);
    expect(entries.map(({ path }) => path)).toEqual([
      '/slow',
      ...Array<string>(15).fill('/orders/7'),
    ]);
    expect(new Set(entries.map(({ message }) => message))).toEqual(new Set(['Request aborted']));
    expect(entries[1]).toMatchObject({ status: 200, subject: 'ann', handler: 'Api.order' });
    entries.length = 0;
    const text = await rawExchange(
      api.port,
      `GET /orders/1 HTTP/1.1\r\n${head}`.repeat(3) +
        `GET /orders/2 HTTP/1.1\r\nConnection: close\r\n${head}`,
    );
    expect(text.match(/200 OK/g)).toHaveLength(4);
    expect((await written(4)).map(({ message }) => message)).toEqual(
      Array<string>(4).fill('Request completed'),
    );
  });

  it('tells of a client that did not wait', async () => {
    const socket = connect(api.port, '127.0.0.1', () => {
      socket.write('GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n');
      setTimeout(() => socket.destroy(), 50);
    });
    expect(await written()).toMatchObject([{ message: 'Request aborted', path: '/slow' }]);
  });

  it('requestLog: true writes to the logger of Nest, and nothing is written without it', async () => {
    const lines: unknown[] = [];
    class Lines extends ConsoleLogger {
      override log(...line: unknown[]): void {
        lines.push(line);
      }
    }
    Logger.overrideLogger(new Lines());
    const [on, off] = [await boot(true), await boot(undefined)];
    Logger.overrideLogger(new Lines());
    await get(`${off.url}/orders/7`, await ann());
    await get(`${on.url}/orders/8`, await ann());
    for (let tries = 0; lines.length < 1 && tries < 100; tries += 1) await sleep(10);
    const logged = lines.filter((line) => JSON.stringify(line).includes('AuthRequest'));
    expect(logged).toEqual([[expect.objectContaining({ path: '/orders/8' }), 'AuthRequest']]);
    await Promise.all([on.close(), off.close()]);
    Logger.overrideLogger(false);
  });

  it('a logger that fails changes no answer, and works without the context', async () => {
    const seen: string[] = [];
    const failing = {
      log: ({ subject, handler }: RequestLogEntry) => {
        seen.push(`${subject} ${String(handler)}`);
        throw new Error('the disk is full');
      },
    };
    const other = await start(adapter, {
      controllers: [Api],
      auth: { issuers: [issuer.options()], context: false, requestLog: { logger: failing } },
    });
    expect((await get(`${other.url}/slow`)).status).toBe(200);
    expect((await get(`${other.url}/broken`, await ann())).status).toBe(500);
    await sleep(50);
    expect(seen).toEqual(['anonymous Api.slow', 'ann Api.broken']);
    await other.close();
  });

  it.each([
    ['yes', 'requestLog'],
    [{ loger: {} }, 'requestLog.loger'],
    [{ logger: {} }, 'requestLog.logger.log'],
    [{ logger: console.log }, 'requestLog.logger'],
  ])('refuses requestLog: %j', async (requestLog, option) => {
    const booted = boot(requestLog as unknown as boolean);
    await expect(booted).rejects.toThrow(AuthConfigurationError);
    await expect(booted).rejects.toThrow(new RegExp(`^${option.replaceAll('.', '\\.')} `));
  });
});

describe('REDACTED_HEADERS', () => {
  it('C49: names what holds credentials, in lower case, and cannot be changed', () => {
    const names = ['authorization', 'proxy-authorization', 'cookie', 'set-cookie', 'x-api-key'];
    expect(REDACTED_HEADERS).toEqual(
      expect.arrayContaining([...names, 'dpop', 'svix-signature', 'webhook-signature']),
    );
    expect(REDACTED_HEADERS.every((name) => /^[a-z0-9-]+$/.test(name))).toBe(true);
    expect(new Set(REDACTED_HEADERS).size).toBe(REDACTED_HEADERS.length);
    expect(Object.isFrozen(REDACTED_HEADERS)).toBe(true);
  });
});
