import { Controller, Get, Post } from '@nestjs/common';
import {
  Accepts,
  apiKey,
  ApiKeys,
  CurrentPrincipal,
  jwt,
  MemoryApiKeyStore,
  type AuthEvent,
  type Principal,
} from '../../../../lib/index.js';
import { TestIssuer } from '../../../../lib/testing/index.js';
import { ADAPTERS, start, type RunningApplication } from '../application.js';

/** How often a handler ran. */
let handled = 0;
const seen = ({ subject, credentialKind }: Principal): object => {
  handled += 1;
  return { subject, credentialKind };
};

@Controller()
class Api {
  @Get('undeclared')
  undeclared(@CurrentPrincipal() principal: Principal): object {
    return seen(principal);
  }

  @Accepts('jwt')
  @Get('access')
  access(@CurrentPrincipal() principal: Principal): object {
    return seen(principal);
  }

  @Accepts('refresh')
  @Post('refresh')
  refresh(@CurrentPrincipal() principal: Principal): object {
    return seen(principal);
  }

  @Accepts('apiKey')
  @Get('machines')
  machines(@CurrentPrincipal() principal: Principal): object {
    return seen(principal);
  }
}

interface Sent {
  readonly status: number;
  readonly code: unknown;
  readonly challenge: string | null;
  readonly reason: string | undefined;
}

const BEARER = 'Bearer realm="api"';
const INVALID = 'Bearer realm="api", error="invalid_token"';

describe.each(ADAPTERS)('a credential where another is wanted, on %s', (adapter) => {
  const keys = new ApiKeys({ prefix: 'acme', store: new MemoryApiKeyStore() });
  const events: AuthEvent[] = [];
  let issuer: TestIssuer;
  let api: RunningApplication;
  let credentials: Record<'access' | 'refresh' | 'client' | 'key', Record<string, string>>;

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    const tokenUse = (value: string): object => ({ tokenUse: { claim: 'use', value } });
    api = await start(adapter, {
      controllers: [Api],
      auth: {
        issuers: [issuer.options(tokenUse('access'))],
        credentials: [
          apiKey({ keys }),
          jwt({ kind: 'refresh', ...issuer.options(tokenUse('refresh')) }),
        ],
        machineCredentials: 'declared-only',
        onEvent: (event) => void events.push(event),
      },
    });
    const bearer = async (claims: object): Promise<Record<string, string>> => ({
      authorization: `Bearer ${await issuer.token({ sub: 'ann', ...claims })}`,
    });
    const { key } = await keys.create({ subject: 'robot' });
    credentials = {
      access: await bearer({ use: 'access' }),
      refresh: await bearer({ use: 'refresh' }),
      client: await bearer({ use: 'access', sub: 'batch', client_id: 'batch' }),
      key: { 'x-api-key': key },
    };
  });

  afterAll(async () => {
    await api.close();
    await issuer.close();
  });

  const send = async (name: keyof typeof credentials, path: string): Promise<Sent> => {
    const method = path === 'refresh' ? 'POST' : 'GET';
    const answer = await fetch(`${api.url}/${path}`, { method, headers: credentials[name] });
    const event = events.findLast(({ type }) => type.startsWith('auth.'));
    return {
      status: answer.status,
      code: ((await answer.json()) as Record<string, unknown>)['code'],
      challenge: answer.headers.get('www-authenticate'),
      reason: event && 'reason' in event ? event.reason : event?.type,
    };
  };

  it.each([
    ['access', 'access', 200],
    ['access', 'undeclared', 200],
    ['refresh', 'refresh', 201],
    ['key', 'machines', 200],
    ['client', 'access', 403],
  ] as const)('%s at %s: %i', async (name, path, status) => {
    expect((await send(name, path)).status).toBe(status);
  });

  // Each is sent twice: what was refused once is not remembered as good, nor what entered elsewhere.
  it.each([
    ['refresh', 'access', 401, 'token_use_mismatch', 'invalid_token', INVALID],
    ['refresh', 'undeclared', 401, 'token_use_mismatch', 'invalid_token', INVALID],
    ['access', 'refresh', 401, 'token_use_mismatch', 'invalid_token', INVALID],
    [
      'access',
      'machines',
      401,
      'credential_not_accepted',
      'credential_not_accepted',
      'ApiKey realm="api"',
    ],
    [
      'refresh',
      'machines',
      401,
      'credential_not_accepted',
      'credential_not_accepted',
      'ApiKey realm="api"',
    ],
    ['key', 'access', 401, 'credential_not_accepted', 'credential_not_accepted', INVALID],
    ['key', 'refresh', 401, 'credential_not_accepted', 'credential_not_accepted', INVALID],
    ['key', 'undeclared', 403, 'machine_not_declared', 'forbidden', null],
    ['client', 'undeclared', 403, 'machine_not_declared', 'forbidden', null],
    [
      'client',
      'machines',
      401,
      'credential_not_accepted',
      'credential_not_accepted',
      'ApiKey realm="api"',
    ],
  ] as const)('%s at %s: %i %s', async (name, path, status, reason, code, challenge) => {
    for (let count = 0; count < 2; count += 1) {
      const before = handled;
      const sent = await send(name, path);
      expect(sent).toMatchObject({ status, reason, code });
      if (challenge === null) expect(sent.challenge).toBeNull();
      else expect(sent.challenge?.startsWith(challenge)).toBe(true);
      expect(handled).toBe(before);
    }
  });

  it('a key sent as a token, and a token sent as a key', async () => {
    const [key, access] = [credentials.key['x-api-key'], credentials.access['authorization']];
    credentials.key = { authorization: `Bearer ${key ?? ''}` };
    expect(await send('key', 'machines')).toMatchObject({ status: 401, reason: 'token_malformed' });
    expect((await send('key', 'access')).challenge?.startsWith(BEARER)).toBe(true);
    credentials.key = { 'x-api-key': (access ?? '').slice('Bearer '.length) };
    expect(await send('key', 'machines')).toMatchObject({
      status: 401,
      reason: 'api_key_malformed',
    });
    expect((await send('key', 'undeclared')).status).toBe(401);
    credentials.key = { 'x-api-key': key ?? '' };
  });
});
