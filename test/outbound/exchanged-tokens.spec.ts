import { AuthUnavailable, Forbidden } from '../../lib/core/auth-error.js';
import { ExchangedTokens } from '../../lib/outbound/exchanged-tokens.js';
import { TokenEndpoint } from '../../lib/outbound/token-endpoint.js';
import { answer, tokens, TokenServer } from './token-server.js';

const START = 1_800_000_000_000;

describe('tokens that are exchanged', () => {
  let server: TokenServer;
  let endpoint: TokenEndpoint;
  let exchanged: ExchangedTokens;
  let now: number;
  let failures: unknown[];

  beforeEach(async () => {
    server = await TokenServer.start();
    server.behaviour = tokens();
    now = START;
    failures = [];
    endpoint = new TokenEndpoint(server.settings({ timeoutMs: 2000 }), { clock: () => now });
    exchanged = new ExchangedTokens({
      name: 'billing',
      endpoint,
      purpose: { audience: 'api://billing' },
      clock: () => now,
      onFailing: (failure) => failures.push(failure),
    });
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
    ['our client is not known any more', answer(401, '{"error":"invalid_client"}'), 'rejected'],
    ['it says no word we know', answer(400, '{"error":"<script>"}'), 'rejected'],
    ['it is down', answer(503, ''), 'unavailable'],
    ['it is silent', (): void => undefined, 'unavailable'],
    ['it answers nonsense', answer(200, '[]'), 'invalid'],
  ])('is unavailable where %s, and does not ask for everybody', async (_, behaviour, kind) => {
    server.behaviour = behaviour;
    for (let count = 0; count < 20; count += 1) {
      const error = await failure(`user-${String(count)}`);
      expect(error).toBeInstanceOf(AuthUnavailable);
      expect(error).toMatchObject({ reason: `token_endpoint_${kind}` });
      expect(String((error as Error).cause)).not.toContain('<script>');
    }
    expect(server.asked).toHaveLength(1);
    expect(failures).toHaveLength(1);
    now += 60_000;
    server.behaviour = tokens();
    expect(await given('ann')).toBe('token-1');
  });

  it('serves whoever asked in vain while the server was left alone', async () => {
    server.behaviour = answer(401, '{"error":"invalid_client"}');
    await failure('ann');
    expect(await failure('ann')).toBeInstanceOf(AuthUnavailable);
    expect(server.asked).toHaveLength(1);
    now += 30_000;
    server.behaviour = tokens();
    expect(await given('ann')).toBe('token-1');
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
