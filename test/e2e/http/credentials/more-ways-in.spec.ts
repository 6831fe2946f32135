import { Controller, Get } from '@nestjs/common';
import { createHash, randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import {
  apiKey,
  ApiKeys,
  basic,
  CurrentPrincipal,
  generateApiKey,
  MemoryApiKeyStore,
  opaqueToken,
  type AuthEvent,
  type AuthModuleOptions,
  type PasswordHasher,
  type Principal,
} from '../../../../lib/index.js';
import { ADAPTERS, start, type RunningApplication } from '../application.js';

@Controller()
class Api {
  @Get()
  me(@CurrentPrincipal() { subject, kind, credentialKind }: Principal): object {
    return { subject, kind, credentialKind };
  }
}

/** What a hasher of a library does, with what Node has. */
const hasher = {
  verified: 0,
  hash: (password: string) => {
    const salt = randomBytes(16);
    const hash = scryptSync(password, salt, 32, { N: 1024 });
    return Promise.resolve(`${salt.toString('hex')}:${hash.toString('hex')}`);
  },
  verify(hash: string, password: string) {
    this.verified += 1;
    const [salt = '', digest = ''] = hash.split(':').map((part) => Buffer.from(part, 'hex'));
    return Promise.resolve(
      timingSafeEqual(Buffer.from(digest), scryptSync(password, salt, 32, { N: 1024 })),
    );
  },
} satisfies PasswordHasher & { verified: number };

const ASKED = 'credentials[0].resolve';

describe.each(ADAPTERS)('more ways in, on %s', (adapter) => {
  const events: AuthEvent[] = [];
  let api: RunningApplication | undefined;

  const open = async (...credentials: NonNullable<AuthModuleOptions['credentials']>[number][]) => {
    api = await start(adapter, {
      controllers: [Api],
      auth: { credentials, onEvent: (event) => void events.push(event) },
    });
  };
  afterEach(() => api?.close());

  const ask = async (headers: Record<string, string>, path = ''): Promise<unknown[]> => {
    const answer = await fetch(`${api?.url ?? ''}/${path}`, { headers });
    const body = (await answer.json()) as Record<string, unknown>;
    return [answer.status, body['subject'] ?? body['code']];
  };
  const reason = (): unknown => {
    const event = events.findLast(({ type }) => type.startsWith('auth.'));
    return event && 'reason' in event ? event.reason : event?.type;
  };
  const password = (pair: string): Record<string, string> => ({
    authorization: `Basic ${Buffer.from(pair).toString('base64')}`,
  });

  it('F17: a function looks keys up, as they are presented', async () => {
    await open(apiKey({ resolve: (key) => (key === 'k1' ? { subject: 'robot' } : null) }));
    expect(await ask({ 'x-api-key': 'k1' })).toEqual([200, 'robot']);
    expect(await ask({ 'x-api-key': 'K1' })).toEqual([401, 'invalid_api_key']);
    expect(await ask({ 'x-api-key': '' })).toEqual([401, 'missing_credentials']);
    expect(await ask({ authorization: 'Bearer k1' })).toEqual([401, 'missing_credentials']);
  });

  it('F18: a key of the module is found by its id, and kept as a digest', async () => {
    const store = new MemoryApiKeyStore();
    const keys = new ApiKeys({ prefix: 'acme', store });
    const { key, record } = await keys.create({ subject: 'robot', roles: ['importer'] });
    expect(JSON.stringify(store.find(record.id))).not.toContain(key.slice(-72));
    expect(record.hash).toBe(createHash('sha256').update(key).digest('hex'));
    await open(apiKey({ keys }));
    expect(await ask({ 'x-api-key': key })).toEqual([200, 'robot']);
    const other = generateApiKey({ prefix: 'acme' }).key;
    for (const wrong of [other, key.toUpperCase(), `${key} `.slice(1), key.slice(0, -1)]) {
      expect(await ask({ 'x-api-key': wrong })).toEqual([401, 'invalid_api_key']);
    }
    await keys.revoke(record.id);
    expect(await ask({ 'x-api-key': key })).toEqual([401, 'invalid_api_key']);
    expect(reason()).toBe('api_key_revoked');
  });

  it('F19: a scheme of Authorization, in any letter case', async () => {
    await open(
      apiKey({ scheme: 'Api-Key', resolve: (key) => (key === 'k1' ? { subject: 'robot' } : null) }),
    );
    for (const scheme of ['Api-Key', 'api-key', 'API-KEY']) {
      expect(await ask({ authorization: `${scheme} k1` })).toEqual([200, 'robot']);
    }
    expect(await ask({ 'x-api-key': 'k1' })).toEqual([401, 'missing_credentials']);
    expect(await ask({ authorization: 'Api-Keyk1' })).toEqual([401, 'missing_credentials']);
    expect(await ask({ authorization: 'Api-Key k1 k2' })).toEqual([400, 'invalid_request']);
    const { headers } = await fetch(api?.url ?? '');
    expect(headers.get('www-authenticate')).toBe('Api-Key realm="api"');
  });

  it('F16: a user name and a password', async () => {
    const passwordHash = await hasher.hash('open: sesame');
    await open(
      basic({
        hasher,
        find: (name) => (name === 'ann' ? { subject: 'u1', passwordHash } : undefined),
      }),
    );
    expect(await ask(password('ann:open: sesame'))).toEqual([200, 'u1']);
    for (const pair of ['ann:wrong', 'ann:', ':open: sesame', 'ann', 'Ann:open: sesame', '']) {
      const [status] = await ask(password(pair));
      expect([pair, status]).toEqual([pair, pair === '' ? 400 : 401]);
    }
    for (const text of ['YW5uOm9wZW4', '!!!!', 'YW5u OnBw', 'a'.repeat(5000), '/w==']) {
      const [status] = await ask({ authorization: `Basic ${text}` });
      expect([400, 401]).toContain(status);
    }
  });

  it('C55: for a user that nobody knows, the same work is done', async () => {
    await open(basic({ hasher, find: () => undefined }));
    const before = hasher.verified;
    expect(await ask(password('nobody:x'))).toEqual([401, 'invalid_password']);
    expect(await ask(password('nobody:y'))).toEqual([401, 'invalid_password']);
    expect(hasher.verified - before).toBe(2);
  });

  it('F34: a cookie, or wherever a function looks', async () => {
    await open(
      opaqueToken({
        cookie: 'access_token',
        extract: (request) => request.header('x-forwarded-access-token')[0],
        resolve: (token) => (token === 't1' ? { subject: 'ann' } : null),
      }),
    );
    expect(await ask({ cookie: 'access_token=t1' })).toEqual([200, 'ann']);
    expect(await ask({ 'x-forwarded-access-token': 't1' })).toEqual([200, 'ann']);
    expect(await ask({ 'x-forwarded-access-token': 't2', cookie: 'access_token=t1' })).toEqual([
      ...[401, 'invalid_token'],
    ]);
    expect(await ask({ authorization: 'Bearer t1' })).toEqual([401, 'missing_credentials']);
  });

  it('F34: a function that throws has read nothing', async () => {
    await open(
      opaqueToken({
        extract: () => {
          throw new Error('x');
        },
        resolve: () => ({ subject: 'ann' }),
      }),
    );
    expect(await ask({})).toEqual([400, 'invalid_request']);
  });

  it('F35: a kind of one’s own', async () => {
    await open(
      opaqueToken({
        kind: 'ticket',
        header: 'X-Ticket',
        resolve: (ticket) =>
          Promise.resolve(ticket.startsWith('ok') && { subject: ticket, kind: 'service' as const }),
      }),
    );
    expect(await ask({ 'x-ticket': 'ok1' })).toEqual([200, 'ok1']);
    expect(await ask({ 'x-ticket': 'no' })).toEqual([401, 'invalid_token']);
  });

  it('F37: what comes of each is told to whoever listens', async () => {
    await open(apiKey({ resolve: (key) => (key === 'k1' ? { subject: 'robot' } : null) }));
    await ask({ 'x-api-key': 'k1' });
    expect(events.findLast(({ type }) => type.startsWith('auth.'))).toMatchObject({
      type: 'auth.authenticated',
      principal: { kind: 'apiKey', subject: 'robot', credentialKind: 'apiKey', issuer: 'apiKey' },
    });
    await ask({ 'x-api-key': 'k2' });
    expect(events.findLast(({ type }) => type.startsWith('auth.'))).toMatchObject({
      type: 'auth.denied',
      reason: 'api_key_unknown',
    });
    expect(JSON.stringify(events)).not.toMatch(/"k[12]"/);
  });

  it.each([
    ['throws', () => Promise.reject(new Error('x')), ASKED],
    ['hangs', () => new Promise<null>(() => undefined), `${ASKED} was late`],
    [
      'answers what is no identity',
      () => ({ name: 'ann' }) as never,
      `what ${ASKED} answered has no subject`,
    ],
    [
      'answers a kind that is none',
      () => ({ subject: 'ann', kind: 'admin' }) as never,
      `what ${ASKED} answered has a kind that is none`,
    ],
    [
      'answers claims that are no JSON',
      () => ({ subject: 'ann', claims: { n: 1n } }),
      `what ${ASKED} answered has claims that are no JSON`,
    ],
  ])('a look-up that %s is our failure', async (_, resolve, detail) => {
    await open(apiKey({ timeoutSeconds: 0.1, resolve }));
    expect(await ask({ 'x-api-key': 'k1' })).toEqual([503, 'auth_unavailable']);
    expect(reason()).toBe('lookup_failed');
    expect(events.at(-1)).toMatchObject({ type: 'auth.unavailable', detail });
  });

  it('a time in milliseconds is over, and the log says that it is no time in seconds', async () => {
    await open(apiKey({ resolve: () => ({ subject: 'ann', expiresAt: Date.now() + 60_000 }) }));
    expect(await ask({ 'x-api-key': 'k1' })).toEqual([401, 'invalid_api_key']);
    const detail = 'expiresAt is no time in seconds';
    expect(events.at(-1)).toMatchObject({ reason: 'api_key_expired', detail });
  });

  it.each([new Date(Number.NaN), Number.NaN, 'never', 0, new Date(0)])(
    'what expires at %s is over',
    async (expiresAt) => {
      await open(apiKey({ resolve: () => ({ subject: 'ann', expiresAt: expiresAt as number }) }));
      expect(await ask({ 'x-api-key': 'k1' })).toEqual([401, expect.any(String)]);
    },
  );
});
