import { Controller, Delete, Get, Post } from '@nestjs/common';
import {
  OptionalAuth,
  session,
  type AuthEvent,
  type AuthModuleOptions,
} from '../../../../lib/index.js';
import { TestIssuer } from '../../../../lib/testing/index.js';
import { ADAPTERS, start, type RunningApplication } from '../application.js';

@Controller()
class Api {
  @Get('look')
  look(): object {
    return {};
  }

  @Post('change')
  change(): object {
    return {};
  }

  @Delete('change')
  remove(): object {
    return {};
  }

  @OptionalAuth({ onInvalid: 'anonymous' })
  @Post('optional')
  optional(): object {
    return {};
  }
}

interface Sent {
  readonly status: number;
}

describe.each(ADAPTERS)('credentials in cookies, on %s', (adapter) => {
  const events: AuthEvent[] = [];
  let issuer: TestIssuer;
  let api: RunningApplication;

  async function restart(more: Partial<AuthModuleOptions> = {}): Promise<void> {
    api = await start(adapter, {
      controllers: [Api],
      auth: {
        issuers: [issuer.options()],
        cookie: { name: 'token' },
        credentials: [
          session({ cookie: 'sid', resolve: (id) => (id === 's-ann' ? { subject: 'ann' } : null) }),
        ],
        onEvent: (event) => void events.push(event),
        ...more,
      },
    });
  }

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    await restart();
  });

  afterAll(async () => {
    await api.close();
    await issuer.close();
  });

  const send = async (
    path: string,
    headers: Record<string, string>,
    method = 'GET',
  ): Promise<Sent> => {
    const { status } = await fetch(`${api.url}/${path}`, { headers, method });
    return { status };
  };
  const reason = (): string | undefined => {
    const event = events.findLast(({ type }) => type.startsWith('auth.'));
    return event && 'reason' in event ? event.reason : event?.type;
  };

  it('C50: a cookie changes something only from a page of this origin', async () => {
    const from = (more: Record<string, string>): Promise<Sent> =>
      send('change', { cookie: 'sid=s-ann', ...more }, 'POST');
    expect((await from({})).status).toBe(403);
    expect(reason()).toBe('cross_site_request');
    expect((await from({ origin: 'https://evil.test' })).status).toBe(403);
    expect((await from({ origin: 'null' })).status).toBe(403);
    expect((await from({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await from({ 'sec-fetch-site': 'same-site' })).status).toBe(403);
    expect((await from({ 'sec-fetch-site': 'none' })).status).toBe(403);
    expect((await from({ origin: api.url, 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await from({ origin: api.url })).status).toBe(201);
    expect((await from({ 'sec-fetch-site': 'same-origin' })).status).toBe(201);
    expect((await send('look', { cookie: 'sid=s-ann' })).status).toBe(200);
  });

  it('trustedOrigins: other pages that may', async () => {
    await api.close();
    await restart({ trustedOrigins: ['https://app.test'] });
    const from = (origin: string): Promise<Sent> =>
      send('change', { cookie: 'sid=s-ann', origin, 'sec-fetch-site': 'cross-site' }, 'POST');
    expect((await from('https://app.test')).status).toBe(201);
    expect((await from('https://app.test.evil.test')).status).toBe(403);
    expect((await from('https://APP.test')).status).toBe(403);
  });

  it('a token in a cookie, too; and any method that is not safe', async () => {
    const token = await issuer.token();
    const cookie = `token=${token}`;
    expect((await send('look', { cookie })).status).toBe(200);
    expect((await send('change', { cookie }, 'POST')).status).toBe(403);
    expect((await send('change', { cookie }, 'DELETE')).status).toBe(403);
    const origin = 'https://app.test';
    expect((await send('change', { cookie, origin }, 'DELETE')).status).toBe(200);
    expect((await send('change', { authorization: `Bearer ${token}` }, 'POST')).status).toBe(201);
  });

  it('it is refused where anybody may come, too: somebody else made the browser send it', async () => {
    expect((await send('optional', { cookie: 'sid=s-ann' }, 'POST')).status).toBe(403);
    expect((await send('optional', {}, 'POST')).status).toBe(201);
  });

  it('two cookies that are credentials are refused', async () => {
    const cookie = `token=${await issuer.token()}; sid=s-ann`;
    expect((await send('look', { cookie })).status).toBe(400);
    expect(reason()).toBe('multiple_credentials');
  });
});
