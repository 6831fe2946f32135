import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AuthUnavailable } from '../../lib/core/auth-error.js';
import { ServiceCredentials } from '../../lib/outbound/service-credentials.js';
import { TokenEndpoint, type TokenEndpointSettings } from '../../lib/outbound/token-endpoint.js';
import { TokenEndpointError } from '../../lib/outbound/token-endpoint-error.js';
import type { StatedPurpose } from '../../lib/outbound/token-purpose.js';
import { answer, tokens, TokenServer } from './token-server.js';

const START = 1_800_000_000_000;

describe('our own credentials for a service', () => {
  let server: TokenServer;
  let now: number;
  let told: string[];
  const open: TokenEndpoint[] = [];

  beforeEach(async () => {
    server = await TokenServer.start();
    now = START;
    told = [];
  });

  afterEach(async () => {
    for (const each of open.splice(0)) each.close();
    await server.close();
  });

  function credentials({
    purpose = {},
    ...more
  }: Partial<TokenEndpointSettings> & { purpose?: StatedPurpose } = {}): ServiceCredentials {
    const endpoint = new TokenEndpoint(server.settings(more), { clock: () => now });
    open.push(endpoint);
    const settings = { name: 'billing', endpoint, purpose };
    return new ServiceCredentials(settings, () => now, {
      onObtained: ({ service, lifetimeSeconds }) =>
        told.push(`${service} obtained ${String(lifetimeSeconds)}`),
      onFailing: ({ service, cause: failure, isServing }) => {
        told.push(`${service} failing ${String(isServing)}: ${String(failure)}`);
      },
    });
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

  const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

  it('CC-19: asks once for 100 who come at the same time, and answers at once afterwards', async () => {
    server.behaviour = tokens();
    const billing = credentials();
    const all = await Promise.all(Array.from({ length: 100 }, () => value(billing)));
    expect(new Set(all)).toEqual(new Set(['token-1']));
    expect(server.asked).toHaveLength(1);
    expect(billing.token()).not.toBeInstanceOf(Promise);
    expect(told).toEqual(['billing obtained 600']);
  });

  it('renews the token before it expires, and nobody waits', async () => {
    server.behaviour = tokens();
    const billing = credentials();
    await value(billing);
    advance(600 * 0.69);
    expect(await value(billing)).toBe('token-1');
    advance(600 * 0.12);
    await settled();
    expect(server.asked).toHaveLength(1);
    const all = Array.from({ length: 500 }, () => billing.token());
    expect(all.every((each) => !(each instanceof Promise))).toBe(true);
    await settled();
    expect(server.asked).toHaveLength(2);
    expect(await value(billing)).toBe('token-2');
  });

  it('asks once for 500 who come when it expired', async () => {
    server.behaviour = tokens();
    const billing = credentials();
    await value(billing);
    advance(601);
    const all = await Promise.all(Array.from({ length: 500 }, () => value(billing)));
    expect(new Set(all)).toEqual(new Set(['token-2']));
    expect(server.asked).toHaveLength(2);
  });

  it('CC-22: never gives what was asked for one purpose to another', async () => {
    server.behaviour = (response, { parameters }) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const token = `${parameters['scope'] ?? '-'}:${parameters['audience'] ?? '-'}`;
      response.end(JSON.stringify({ access_token: token, token_type: 'bearer', expires_in: 60 }));
    };
    const billing = credentials({ purpose: { scope: 'read', audience: 'api://billing' } });
    const purposes = [undefined, { scope: 'write' }, { audience: 'x' }, { scope: 'write' }];
    const given = await Promise.all(purposes.map((purpose) => value(billing, purpose)));
    expect(given).toEqual([
      'read:api://billing',
      'write:api://billing',
      'read:x',
      'write:api://billing',
    ]);
    expect(server.asked).toHaveLength(3);
  });

  it.each([
    ['CC-03', '3600', 3600],
    ['CC-04', undefined, 60],
    ['CC-05', 0, 10],
    ['CC-06', -1, 10],
    ['CC-06', 0.001, 10],
    ['CC-07', 1e12, 86_400],
    ['CC-08', null, 60],
    ['CC-08', 'abc', 60],
    ['CC-08', {}, 60],
    ['CC-08', '1e400', 60],
  ])('%s: expires_in %j is held for %d seconds', async (_, life, seconds) => {
    server.behaviour = tokens({ expires_in: life });
    const billing = credentials();
    await value(billing);
    expect(told).toEqual([`billing obtained ${String(seconds)}`]);
    for (let second = 0; second < 9; second += 1) {
      advance(1);
      await value(billing);
    }
    await settled();
    expect(server.asked.length).toBeLessThanOrEqual(2);
    advance(seconds);
    expect(await value(billing)).not.toBe('token-1');
  });

  it('CC-08b: expires_in 1e400 is no number of seconds that JSON has', async () => {
    const body = '{"access_token":"t","token_type":"Bearer","expires_in":1e400}';
    server.behaviour = answer(200, body);
    await value(credentials());
    expect(told).toEqual(['billing obtained 86400']);
  });

  it.each<[string, string, string, string]>([
    ['CC-01', 'status 500', '500', 'token_endpoint_unavailable'],
    ['CC-09', 'no access_token', '{"token_type":"Bearer"}', 'token_endpoint_invalid'],
    [
      'CC-09',
      'an empty access_token',
      '{"access_token":"","token_type":"Bearer"}',
      'token_endpoint_invalid',
    ],
    [
      'CC-09',
      'a number for access_token',
      '{"access_token":7,"token_type":"Bearer"}',
      'token_endpoint_invalid',
    ],
    [
      'CC-10',
      'token_type mac',
      '{"access_token":"t","token_type":"mac"}',
      'token_endpoint_invalid',
    ],
    ['CC-10', 'no token_type', '{"access_token":"t"}', 'token_endpoint_invalid'],
    ['CC-11', 'HTML', '<html>', 'token_endpoint_invalid'],
    [
      'CC-25',
      'a token with a line break',
      '{"access_token":"a\\r\\nb","token_type":"Bearer"}',
      'token_endpoint_invalid',
    ],
  ])('%s: %s is unavailable', async (_, __, body, reason) => {
    server.behaviour = body === '500' ? answer(500, '') : answer(200, body);
    const error = await failure(credentials());
    expect(error.reason).toBe(reason);
    expect(error.cause).toBeInstanceOf(TokenEndpointError);
    expect(JSON.stringify(error) + String(error.cause)).not.toContain('s3cret');
    expect(told).toHaveLength(1);
  });

  it('CC-10: token_type BEARER is Bearer', async () => {
    server.behaviour = tokens({ token_type: 'BEARER' });
    expect(await value(credentials())).toBe('token-1');
  });

  it('CC-12: a wrong secret does not become right by trying', async () => {
    server.behaviour = answer(400, '{"error":"invalid_client"}');
    const billing = credentials();
    const error = await failure(billing);
    expect(error.reason).toBe('token_endpoint_rejected');
    expect(String(error.cause)).toMatch(/invalid_client/);
    advance(29);
    expect((await failure(billing)).retryAfterSeconds).toBe(1);
    expect(server.asked).toHaveLength(1);
    advance(2);
    server.behaviour = tokens();
    expect(await value(billing)).toBe('token-1');
  });

  it('CC-14: who asks to be left alone is left alone', async () => {
    server.behaviour = answer(429, '', { 'retry-after': '5' });
    const billing = credentials();
    expect((await failure(billing)).retryAfterSeconds).toBe(5);
    advance(4.9);
    await failure(billing);
    expect(server.asked).toHaveLength(1);
    advance(0.2);
    server.behaviour = tokens();
    expect(await value(billing)).toBe('token-1');
  });

  it('CC-15: no redirect is followed', async () => {
    let elsewhere = 0;
    const other = createServer((_, response) => {
      elsewhere += 1;
      response.end();
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    server.behaviour = answer(302, '', { location: `http://127.0.0.1:${String(port)}/` });
    expect((await failure(credentials())).reason).toBe('token_endpoint_unavailable');
    expect(elsewhere).toBe(0);
    await new Promise((resolve) => other.close(resolve));
  });

  it('CC-16: no more is read than a token takes', async () => {
    let sent = 0;
    server.behaviour = (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const chunk = Buffer.alloc(64 * 1024, 0x20);
      const more = (): void => {
        while (sent < 200e6 && !response.destroyed) {
          sent += chunk.length;
          if (!response.write(chunk)) {
            response.once('drain', more);
            return;
          }
        }
      };
      more();
    };
    expect((await failure(credentials())).reason).toBe('token_endpoint_invalid');
    expect(sent).toBeLessThan(20e6);
  });

  it('CC-20: who holds a valid token never notices that the server is down', async () => {
    server.behaviour = tokens();
    const billing = credentials();
    await value(billing);
    server.behaviour = (response) => void response.destroy();
    for (let second = 0; second < 593; second += 1) {
      advance(1);
      expect(billing.token()).not.toBeInstanceOf(Promise);
      if (second % 50 === 0) await settled();
    }
    await settled();
    expect(told.slice(1)).toEqual([expect.stringMatching(/^billing failing true/)]);
    // CC-21: an expired one is never returned.
    advance(7);
    expect((await failure(billing)).reason).toBe('token_endpoint_unavailable');
    server.behaviour = tokens();
    advance(31);
    expect(await value(billing)).toBe('token-1');
  });

  it('CC-20: asks at most 5 times in 10 s as well while a valid token serves on', async () => {
    // What chance decides is tried several times.
    for (let run = 0; run < 5; run += 1) {
      server.behaviour = tokens();
      const billing = credentials();
      await value(billing);
      const before = server.asked.length;
      server.behaviour = (response) => void response.destroy();
      advance(600 * 0.81);
      for (let step = 0; step < 40; step += 1) {
        expect(billing.token()).not.toBeInstanceOf(Promise);
        await new Promise((resolve) => setTimeout(resolve, 5));
        advance(0.25);
      }
      await settled();
      expect(server.asked.length - before).toBeGreaterThanOrEqual(2);
      expect(server.asked.length - before).toBeLessThanOrEqual(5);
    }
  });

  it.each<[string, TokenServer['behaviour']]>([
    ['resets', (response) => void response.destroy()],
    ['is silent', () => undefined],
    ['answers 503', answer(503, '')],
  ])('asks at most 5 times in 10 s where the server %s, and nobody waits long', async (_, does) => {
    server.behaviour = does;
    const billing = credentials({ timeoutMs: 100 });
    for (let step = 0; step < 100; step += 1) {
      const before = performance.now();
      await failure(billing);
      expect(performance.now() - before).toBeLessThan(1000);
      advance(0.1);
    }
    expect(server.asked.length).toBeLessThanOrEqual(5);
  });

  it('CC-28: tells what was granted, where it is less than was asked for', async () => {
    server.behaviour = tokens({ scope: 'read' });
    const { scopes } = await credentials({ purpose: { scope: 'read write' } }).token();
    expect(scopes).toEqual(['read']);
  });

  it('gets another token where one was not accepted, and not again and again', async () => {
    server.behaviour = tokens();
    const billing = credentials();
    const first = await billing.token();
    expect(billing.reject(first)).toBe(false);
    advance(11);
    expect(billing.reject(first)).toBe(true);
    const second = await billing.token();
    expect(second.token.reveal()).toBe('token-2');
    // Whoever was refused with the old one meanwhile does not cost the new one.
    expect(billing.reject(first)).toBe(true);
    expect(billing.reject(second)).toBe(false);
    expect(server.asked).toHaveLength(2);
  });
});
