import { AuthUnavailable } from '../../lib/core/auth-error.js';
import { runtimeFetch, type Fetch } from '../../lib/endpoint/fetch.js';
import { ServiceCredentials } from '../../lib/outbound/service-credentials.js';
import { TokenEndpoint } from '../../lib/outbound/token-endpoint.js';
import type { StatedPurpose } from '../../lib/outbound/token-purpose.js';
import { answer, tokens, TokenServer } from './token-server.js';

const START = 1_800_000_000_000;

describe('our own credentials for a service, where something is hostile', () => {
  let server: TokenServer;
  let now: number;
  const open: TokenEndpoint[] = [];

  beforeEach(async () => {
    server = await TokenServer.start();
    now = START;
  });

  afterEach(async () => {
    for (const each of open.splice(0)) each.close();
    await server.close();
  });

  function credentials({ timeoutMs = 500, fetch = runtimeFetch } = {}): ServiceCredentials {
    const clock = (): number => now;
    const endpoint = new TokenEndpoint(server.settings({ timeoutMs }), { clock, fetch });
    open.push(endpoint);
    const events = { onObtained: () => undefined, onFailing: () => undefined };
    return new ServiceCredentials({ name: 'billing', endpoint, purpose: {} }, clock, events);
  }

  const value = async (from: ServiceCredentials, purpose?: StatedPurpose): Promise<string> =>
    (await from.token(purpose)).token.reveal();

  const failure = async (from: ServiceCredentials): Promise<AuthUnavailable> => {
    const error: unknown = await Promise.resolve(from.token()).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(AuthUnavailable);
    return error as AuthUnavailable;
  };

  const advance = (seconds: number): void => {
    now += seconds * 1000;
  };

  it('one that was not accepted serves on where no other can be had', async () => {
    server.behaviour = tokens();
    const billing = credentials();
    const first = await billing.token();
    advance(20);
    server.behaviour = answer(503, '');
    for (let count = 0; count < 20; count += 1) {
      expect(billing.reject(first)).toBe(true);
      expect(await billing.token()).toBe(first);
    }
    expect(server.asked).toHaveLength(2);
    advance(10);
    server.behaviour = tokens({ access_token: 'second' });
    expect(await value(billing)).toBe('second');
    // One that has expired does not.
    advance(20);
    expect(billing.reject(await billing.token())).toBe(true);
    advance(600);
    server.behaviour = answer(503, '');
    expect((await failure(billing)).reason).toBe('token_endpoint_unavailable');
  });

  it('asks at most 5 times in 10 s, for however many purposes', async () => {
    server.behaviour = answer(503, '');
    const billing = credentials();
    for (let second = 0; second < 10; second += 1) {
      const all = Array.from({ length: 101 }, (_, index) =>
        Promise.resolve(billing.token({ audience: `tenant-${String(index)}` })),
      );
      const settled = await Promise.allSettled(all);
      expect(settled.every(({ status }) => status === 'rejected')).toBe(true);
      advance(0.999);
    }
    expect(server.asked.length).toBeLessThanOrEqual(5);
  });

  it('a purpose that is refused is the trouble of no other', async () => {
    server.behaviour = (response, { parameters }) => {
      const isKnown = parameters['audience'] === 'known';
      response.writeHead(isKnown ? 200 : 400, { 'content-type': 'application/json' });
      const token = { access_token: 't', token_type: 'Bearer', expires_in: 60 };
      response.end(JSON.stringify(isKnown ? token : { error: 'invalid_target' }));
    };
    const billing = credentials();
    for (let count = 0; count < 5; count += 1) {
      await expect(billing.token({ audience: 'unknown' })).rejects.toThrow(AuthUnavailable);
    }
    expect(await value(billing, { audience: 'known' })).toBe('t');
    expect(server.asked).toHaveLength(2);
  });

  it('is asked for nothing that pollutes Object.prototype', async () => {
    const prototype = Object.prototype as Record<string, unknown>;
    prototype['audience'] = 'api://evil';
    try {
      await value(credentials(), {});
    } finally {
      delete prototype['audience'];
    }
    expect(server.asked.map(({ parameters }) => Object.keys(parameters))).toEqual([['grant_type']]);
  });

  it.each<[string, TokenServer['behaviour']]>([
    [
      'a body that never ends',
      (response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.write('{"access_token":"');
      },
    ],
    ['a redirect', answer(307, '', { location: '/elsewhere' })],
    ['200 with an error', answer(200, '{"error":"invalid_grant"}')],
    ['gzip that is none', answer(200, 'xx', { 'content-encoding': 'gzip' })],
    ['__proto__', answer(200, '{"__proto__":{"access_token":"x","token_type":"Bearer"}}')],
  ])('is unavailable in time: %s', async (_, behaviour) => {
    server.behaviour = behaviour;
    expect((await failure(credentials({ timeoutMs: 200 }))).status).toBe(503);
  });

  it('a fetch that ignores its signal does not end all tokens for ever', async () => {
    let calls = 0;
    const fetch: Fetch = (address, init) => {
      calls += 1;
      return calls === 1 ? new Promise(() => undefined) : runtimeFetch(address, init);
    };
    const billing = credentials({ timeoutMs: 50, fetch });
    await failure(billing);
    advance(10);
    expect(await value(billing)).toBe('token');
  });
});
