import { Controller, Get } from '@nestjs/common';
import { jest } from '@jest/globals';
import {
  Accepts,
  CurrentPrincipal,
  opaqueToken,
  type AuthEvent,
  type Principal,
} from '../../../../lib/index.js';
import { ADAPTERS, get, start, type Answer, type RunningApplication } from '../application.js';
import { OpaqueProvider, ORDERS_API } from './opaque-provider.js';

const AUDIENCE = 'urn:orders';

@Accepts('opaqueToken')
@Controller()
class Api {
  @Get('me')
  me(@CurrentPrincipal() { kind, subject, scopes, credentialKind }: Principal): object {
    return { kind, subject, scopes, credentialKind };
  }
}

describe.each(ADAPTERS)('opaque tokens of an OpenID provider on %s', (adapter) => {
  const events: AuthEvent[] = [];
  let provider: OpaqueProvider;
  let api: RunningApplication;
  let offsetMs: number;

  beforeAll(() => {
    // The provider warns that it keeps everything in memory, which is the point here.
    jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  });

  beforeEach(async () => {
    offsetMs = 0;
    events.length = 0;
    provider = await OpaqueProvider.start();
    const introspection = { issuer: provider.issuer, audience: AUDIENCE, ...ORDERS_API };
    api = await start(adapter, {
      controllers: [Api],
      auth: {
        credentials: [opaqueToken({ introspection })],
        clock: () => Date.now() + offsetMs,
        onEvent: (event) => void events.push(event),
      },
    });
  });

  afterEach(async () => {
    await api.close();
    await provider.stop();
  });

  const me = (token: string): Promise<Answer> => get(`${api.url}/me`, token);
  const reason = (): string | undefined => {
    const event = events.findLast(({ type }) => type.startsWith('auth.'));
    return event && 'reason' in event ? event.reason : event?.type;
  };

  it('are accepted, and asked about once', async () => {
    const token = await provider.token(AUDIENCE);
    expect(token).not.toContain('.');
    for (let count = 0; count < 3; count += 1) {
      expect(await me(token)).toMatchObject({
        status: 200,
        body: {
          kind: 'service',
          subject: 'reporting',
          scopes: ['orders:read'],
          credentialKind: 'opaqueToken',
        },
      });
    }
    expect(provider.introspections).toBe(1);
  });

  it('for another API, and made up ones, are refused', async () => {
    expect((await me(await provider.token('urn:payments'))).status).toBe(401);
    expect(reason()).toBe('aud_mismatch');
    const { status, challenge } = await me('made-up');
    expect([status, reason()]).toEqual([401, 'token_inactive']);
    expect(challenge).toContain('Bearer realm="api", error="invalid_token"');
  });

  it('are refused once they are revoked, when the time is over for which they are remembered', async () => {
    const token = await provider.token(AUDIENCE);
    expect((await me(token)).status).toBe(200);
    await provider.revoke(token);
    offsetMs = 31_000;
    expect((await me(token)).status).toBe(401);
    expect(reason()).toBe('token_inactive');
    const unseen = await provider.token(AUDIENCE);
    await provider.revoke(unseen);
    expect((await me(unseen)).status).toBe(401);
  });

  it('are refused once they expired, remembered or not', async () => {
    const [known, unknown] = [await provider.token(AUDIENCE), await provider.token(AUDIENCE)];
    offsetMs = 590_000;
    expect((await me(known)).status).toBe(200);
    // The provider goes by a clock of its own, and would still call them active.
    offsetMs = 606_000;
    for (const token of [known, unknown]) {
      expect((await me(token)).status).toBe(401);
      expect(reason()).toBe('token_expired');
    }
  });

  it('are answered with 503 while the provider is down, and with 200 when it is back', async () => {
    const [known, unknown] = [await provider.token(AUDIENCE), await provider.token(AUDIENCE)];
    expect((await me(known)).status).toBe(200);
    await provider.stop();
    for (let count = 0; count < 3; count += 1) {
      const { status, headers, challenge, body } = await me(unknown);
      expect([status, headers.get('retry-after'), challenge]).toEqual([503, '1', null]);
      expect(body['code']).toBe('auth_unavailable');
      expect(reason()).toBe('introspection_unavailable');
    }
    // What is remembered still counts, for its time.
    expect((await me(known)).status).toBe(200);
    offsetMs = 31_000;
    expect((await me(known)).status).toBe(503);
    await provider.resume();
    expect((await me(unknown)).status).toBe(200);
    expect((await me(known)).status).toBe(200);
  });

  it('are answered with 503 by an API that never reached the provider, and with 200 when it does', async () => {
    const token = await provider.token(AUDIENCE);
    await provider.stop();
    expect((await me(token)).status).toBe(503);
    await provider.resume();
    expect((await me(token)).status).toBe(200);
  });

  it('cost one introspection for five hundred requests at once', async () => {
    const token = await provider.token(AUDIENCE);
    const answers = await Promise.all(Array.from({ length: 500 }, () => me(token)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(provider.introspections).toBe(1);
  });
});
