import { AuthUnavailable, Forbidden } from '../../lib/core/auth-error.js';
import { ExchangedTokens } from '../../lib/outbound/exchanged-tokens.js';
import { TokenEndpoint } from '../../lib/outbound/token-endpoint.js';
import { answer, tokens, TokenServer, type Behaviour } from './token-server.js';

const START = 1_800_000_000_000;

describe('tokens that are exchanged', () => {
  let server: TokenServer;
  let endpoint: TokenEndpoint;
  let exchanged: ExchangedTokens;
  let now: number;
  let failures: unknown[];

  const make = (timeoutMs: number): void => {
    endpoint = new TokenEndpoint(server.settings({ timeoutMs }), { clock: () => now });
    exchanged = new ExchangedTokens({
      name: 'billing',
      endpoint,
      purpose: { audience: 'api://billing' },
      clock: () => now,
      onFailing: (failure) => failures.push(failure),
    });
  };

  beforeEach(async () => {
    server = await TokenServer.start();
    server.behaviour = tokens();
    now = START;
    failures = [];
    make(2000);
  });

  afterEach(async () => {
    endpoint.close();
    await server.close();
  });

  const subject = (value: string, seconds = 3600): { value: string; expiresAt: number } => ({
    value,
    expiresAt: START / 1000 + seconds,
  });
  const given = async (value: string, seconds?: number): Promise<string> =>
    (await exchanged.token(subject(value, seconds))).token.reveal();
  const failure = async (value: string): Promise<unknown> =>
    Promise.resolve()
      .then(() => exchanged.token(subject(value)))
      .catch((error: unknown) => error);

  it('asks as RFC 8693 has it, once for all who come with the same token', async () => {
    const all = await Promise.all(Array.from({ length: 50 }, () => given('ann')));
    expect(new Set(all)).toEqual(new Set(['token-1']));
    expect(await given('ann')).toBe('token-1');
    expect(server.asked.map(({ parameters }) => parameters)).toEqual([
      {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: 'ann',
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        audience: 'api://billing',
      },
    ]);
  });

  it("never gives one user's to another", async () => {
    server.behaviour = (response, { parameters }) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const token = `of-${parameters['subject_token'] ?? ''}`;
      response.end(JSON.stringify({ access_token: token, token_type: 'Bearer', expires_in: 60 }));
    };
    const names = Array.from({ length: 200 }, (_, index) => `user-${String(index % 20)}`);
    const all = await Promise.all(names.map((name) => given(name)));
    expect(all).toEqual(names.map((name) => `of-${name}`));
    expect(server.asked).toHaveLength(20);
  });

  it('holds it no longer than the token it was made of', async () => {
    await given('ann', 60);
    now += 50_000;
    expect(await given('ann', 60)).toBe('token-1');
    now += 6000;
    expect(await given('ann', 60)).toBe('token-2');
    now = START;
    await given('bob');
    now += 596_000;
    expect(await given('bob')).toBe('token-4');
  });

  it('refuses whose token the server does not exchange, and goes on for the others', async () => {
    server.behaviour = answer(400, '{"error":"invalid_grant"}');
    expect(await failure('eve')).toMatchObject({
      ...{ reason: 'exchange_refused', status: 403, detail: 'invalid_grant' },
    });
    expect(await failure('eve')).toBeInstanceOf(Forbidden);
    server.behaviour = tokens();
    expect(await given('ann')).toBe('token-1');
    expect(failures).toEqual([]);
  });

  it.each([
    ['our client is not known any more', answer(401, '{"error":"invalid_client"}'), 'rejected', 1],
    [
      'our client may not exchange',
      answer(400, '{"error":"unauthorized_client"}'),
      ...['rejected', 1],
    ],
    ['nothing is exchanged', answer(400, '{"error":"unsupported_grant_type"}'), 'rejected', 1],
    ['it says no word we know', answer(401, '{"error":"<script>"}'), 'rejected', 3],
    ['it is down', answer(503, ''), 'unavailable', 3],
    ['it is silent', (): void => undefined, 'unavailable', 3],
    ['it answers nonsense', answer(200, '[]'), 'invalid', 3],
    ['it has too much to do', answer(429, '', { 'retry-after': '300' }), 'unavailable', 3],
  ] as const)(
    'is unavailable where %s, and does not ask for everybody',
    async (_, behaviour, kind, times) => {
      endpoint.close();
      make(200);
      server.behaviour = behaviour;
      for (let count = 0; count < 20; count += 1) {
        const error = await failure(`user-${String(count)}`);
        expect(error).toBeInstanceOf(AuthUnavailable);
        expect(error).toMatchObject({ reason: `token_endpoint_${kind}` });
        expect(String((error as Error).cause)).not.toContain('<script>');
      }
      expect(server.asked).toHaveLength(times);
      expect(failures).toHaveLength(1);
      // Whatever it asked for, what was said to a few shuts out all others for no longer.
      now += times === 1 ? 30_000 : 10_000;
      server.behaviour = tokens();
      expect(await given('ann')).toBe('token-1');
    },
  );

  it.each([
    ['down', answer(503, '')],
    ['silent', (): void => undefined],
    ['gone', (response): void => void response.destroy()],
  ] as const satisfies readonly (readonly [string, Behaviour])[])(
    'asks at most 5 times in 10 s for 500 who come at the same time while the server is %s',
    async (_, behaviour) => {
      endpoint.close();
      make(300);
      server.behaviour = behaviour;
      for (let second = 0; second < 10; second += 1) {
        const all = Array.from({ length: 500 }, (__, index) => failure(`user-${String(index)}`));
        const kinds = new Set((await Promise.all(all)).map((error) => (error as Error).name));
        expect([...kinds]).toEqual(['AuthUnavailable']);
        now += 999;
      }
      expect(server.asked.length).toBeGreaterThanOrEqual(4);
      expect(server.asked.length).toBeLessThanOrEqual(5);
      server.behaviour = tokens();
      now += 10_000;
      expect(new Set(await Promise.all(['a', 'b', 'c'].map((name) => given(name)))).size).toBe(3);
    },
  );

  it('serves whoever asked in vain while the server was left alone', async () => {
    server.behaviour = answer(401, '{"error":"invalid_client"}');
    await failure('ann');
    expect(await failure('ann')).toBeInstanceOf(AuthUnavailable);
    expect(server.asked).toHaveLength(1);
    now += 30_000;
    server.behaviour = tokens();
    expect(await given('ann')).toBe('token-1');
  });

  const OVERLONG = JSON.stringify({
    access_token: 'x'.repeat(16_385),
    token_type: 'Bearer',
    expires_in: 600,
  });

  it.each([
    ['interaction_required', answer(400, '{"error":"interaction_required"}'), 403],
    ['consent_required', answer(400, '{"error":"consent_required"}'), 403],
    ['invalid_token', answer(400, '{"error":"invalid_token"}'), 403],
    ['invalid_scope', answer(400, '{"error":"invalid_scope"}'), 403],
    ['invalid_target', answer(400, '{"error":"invalid_target"}'), 403],
    ['a code that nobody knows', answer(400, '{"error":"<script>"}'), 403],
    ['400 without a code', answer(400, '{}'), 403],
    ['403 of a firewall before the server', answer(403, '<html>'), 403],
    ['a token that is too long for a header', answer(200, OVERLONG), 503],
    ['413', answer(413, ''), 503],
    ['500', answer(500, ''), 503],
    ['429, for 300 seconds', answer(429, '', { 'retry-after': '300' }), 503],
  ])("one caller's failure shuts out nobody else: %s", async (_, behaviour, status) => {
    const well = tokens();
    server.behaviour = (response, asked) => {
      const does = asked.parameters['subject_token']?.startsWith('mallory') ? behaviour : well;
      (does as (...given: unknown[]) => void)(response, asked);
    };
    for (let count = 0; count < 50; count += 1) {
      expect(await failure('mallory')).toMatchObject({ status });
    }
    expect(server.asked).toHaveLength(1);
    expect(await given('ann')).toMatch(/^token-/);
    // However many tokens she has: they are of one caller.
    for (let count = 0; count < 5; count += 1) {
      const token = { ...subject(`mallory-${String(count)}`), owner: 'mallory' };
      await Promise.resolve(exchanged.token(token)).catch(() => undefined);
    }
    expect(await given('bob')).toMatch(/^token-/);
    expect(failures).toEqual([]);
  });

  it('one caller, with however many tokens, keeps nobody else waiting', async () => {
    const well = tokens();
    server.behaviour = (response, asked) => {
      if (asked.parameters['subject_token']?.startsWith('mallory')) return;
      (well as (...given: unknown[]) => void)(response, asked);
    };
    const hanging = Array.from({ length: 10 }, (_, index) =>
      Promise.resolve(
        exchanged.token({ ...subject(`mallory-${String(index)}`), owner: 'mallory' }),
      ).catch(() => 'refused'),
    );
    expect(await given('ann')).toBe('token-1');
    endpoint.close();
    expect(new Set(await Promise.all(hanging))).toEqual(new Set(['refused']));
  });

  it('asks again for whom it failed as soon as that may help', async () => {
    server.behaviour = answer(400, '{"error":"invalid_grant"}');
    await failure('ann');
    server.behaviour = answer(429, '', { 'retry-after': '60' });
    expect(await failure('bob')).toMatchObject({ retryAfterSeconds: 60 });
    server.behaviour = tokens();
    now += 9999;
    expect(await failure('ann')).toBeInstanceOf(Forbidden);
    now += 1;
    expect(await given('ann')).toBe('token-1');
    now += 49_000;
    expect(await failure('bob')).toMatchObject({ retryAfterSeconds: 1 });
    now += 1000;
    expect(await given('bob')).toBe('token-2');
  });

  it('what may not be exchanged may be had for ourselves, and not where our client is unknown', async () => {
    const own = (): Promise<unknown> =>
      endpoint.grant({ grantType: 'client_credentials', parameters: {} });
    server.behaviour = answer(400, '{"error":"unsupported_grant_type"}');
    await failure('ann');
    server.behaviour = tokens();
    await own();
    expect(await failure('ann')).toBeInstanceOf(AuthUnavailable);
    now += 30_000;
    server.behaviour = answer(401, '{"error":"invalid_client"}');
    await failure('ann');
    server.behaviour = tokens();
    await expect(own()).rejects.toMatchObject({ about: 'others', error: 'invalid_client' });
  });

  it('what was not accepted serves on where no other can be had, and not where none is granted', async () => {
    const first = await exchanged.token(subject('ann'));
    now += 10_000;
    exchanged.reject(subject('ann'), first);
    server.behaviour = answer(503, '');
    expect(await exchanged.token(subject('ann'))).toBe(first);
    now += 10_000;
    server.behaviour = answer(400, '{"error":"invalid_grant"}');
    expect(await failure('ann')).toBeInstanceOf(Forbidden);
    now += 10_000;
    server.behaviour = answer(503, '');
    expect(await failure('ann')).toBeInstanceOf(AuthUnavailable);
  });

  it('asks anew where it was not accepted, and not again and again', async () => {
    const first = await exchanged.token(subject('ann'));
    expect(exchanged.reject(subject('ann'), first)).toBe(false);
    expect(await given('ann')).toBe('token-1');
    now += 10_000;
    expect(exchanged.reject(subject('ann'), first)).toBe(true);
    const second = await exchanged.token(subject('ann'));
    expect(second.token.reveal()).toBe('token-2');
    // Whoever was refused with the old one meanwhile does not cost the new one.
    expect(exchanged.reject(subject('ann'), first)).toBe(true);
    expect(exchanged.reject(subject('ann'), second)).toBe(false);
    expect(await given('ann')).toBe('token-2');
    expect(server.asked).toHaveLength(2);
  });
});
